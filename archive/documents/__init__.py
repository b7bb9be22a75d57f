"""Documents as values, and what renders them. Alone in the house in importing ReportLab, Pillow and PDFium
(what takes the pictures of the documentation aside).

A producer (a letter, a record sheet, a report) builds a `document.Document` and knows nothing of PDF or HTML; `pdf` and
`html` draw one. Replacing the drawing engine touches no producer.
"""
