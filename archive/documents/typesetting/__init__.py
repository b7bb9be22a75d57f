"""Text set into lines of placed glyphs, and the fonts that draw them. It knows no pages, no tags and no PDF writer.

`lines` breaks runs of text into lines whose fragments are PDF text operators; `embedding` makes the fonts that these
operators name. Every face comes from a pinned wheel (docs/decisions/0013), so the same text gives the same bytes on
every machine.
"""
