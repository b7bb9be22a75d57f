"""What the files of a bundle are called."""

from archive.records.models import Media

_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/tiff": "tif",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "application/pdf": "pdf",
    "text/plain": "txt",
}


def media_path(bates: str, media: Media) -> str:
    """Return where a medium lies; a type that is not known gets an ending that no browser runs."""
    ending = _ENDINGS.get(media.media_type.partition(";")[0].strip().lower(), "bin")
    return f"data/media/{bates}-{media.n + 1}.{ending}"


def volume_path(n: int) -> str:
    """Return where the n-th part of the printed production lies, from 1."""
    return "data/production.pdf" if n == 1 else f"data/production-{n}.pdf"


def is_drawn_pdf(path: str) -> bool:
    """Return whether a file of the payload is a PDF that we drew; those among the media came from others."""
    return path.startswith("data/") and path.count("/") == 1 and path.endswith(".pdf")
