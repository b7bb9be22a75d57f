"""Documents drawn as PDF: tagged (PDF/UA-1), fit to be kept (PDF/A-3a), in any script. The same document gives the
same bytes, on any machine and with any number of processes.

    render(document, out)

A document is cut into stretches (`plan`); each is laid out on pages of its own (`layout`, with `flow` as the cursor),
tagged as it is drawn (`marks`); the stretches are put together in one file that is written as it grows (`assembly`).
"""

from archive.documents.pdf.rendering import MEDIA_TYPE, render
from archive.documents.pdf.workers import Workers

__all__ = ["MEDIA_TYPE", "Workers", "render"]
