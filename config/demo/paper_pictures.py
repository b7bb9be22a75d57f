"""Pictures of one document of each layout: as printed, each page through PDFium, and as a browser shows it."""

import io
from base64 import b64encode
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pypdfium2

from archive.documents.document import Figure
from archive.documents.html import render as document_html
from archive.documents.pdf import render as document_pdf
from archive.documents.pictures import NotDrawn, redraw
from archive.documents.typesetting.faces import FACES
from config.demo.papers import SAMPLES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

STATIC = Path(__file__).resolve().parents[2] / "static"
STYLES = ("uswds/css/uswds.min.css", "daybook.css", "document.css")
FONTS = "https://fonts.invalid/"
SCALE = 0.9  #: of 72 dots an inch: enough to see how a page is laid out
PAGES = 2  #: of one document at most
ON_SCREEN = ("thread", "charts")


def printed(folder: Path) -> list[Path]:
    """Draw the first pages of each document as PDF, side by side in one picture."""
    made = []
    for name, sample in SAMPLES.items():
        out = io.BytesIO()
        document_pdf(sample(), out)
        path = folder / f"paper-{name}.png"
        _side_by_side(out.getvalue(), path)
        made.append(path)
    return made


def _side_by_side(pdf: bytes, path: Path) -> None:
    from PIL import Image

    with pypdfium2.PdfDocument(pdf) as document:
        pages = [document[n].render(scale=SCALE * 2).to_pil().convert("RGB") for n in range(min(PAGES, len(document)))]
    gap = 16
    width = sum(page.width for page in pages) + gap * (len(pages) + 1)
    sheet = Image.new("RGB", (width, max(page.height for page in pages) + 2 * gap), "#dfe1e2")
    place = gap
    for page in pages:
        sheet.paste(page, (place, gap))
        place += page.width + gap
    sheet.resize((sheet.width // 2, sheet.height // 2), Image.Resampling.LANCZOS).quantize(200).save(
        path, optimize=True
    )


def screened(folder: Path, browser: "Browser") -> list[Path]:
    """Show documents in a browser as a page does, and photograph them.

    The browser gets the fonts of the printed pages, so that the pictures do not depend on those of the machine.
    """
    styles = "".join(f"<style>{(STATIC / name).read_text()}</style>" for name in STYLES)
    page = browser.new_page(viewport={"width": 900, "height": 1100}, device_scale_factor=1)
    page.route(f"{FONTS}*", _font)
    made = []
    for name in ON_SCREEN:
        document = "".join(document_html(SAMPLES[name](), picture_address=_inline, first_heading_level=2))
        page.set_content(
            f'<!doctype html><html lang="en"><head>{styles}<style>{_faces()}</style></head>'
            f'<body class="desk">{document}</body></html>'
        )
        page.evaluate("document.fonts.ready")
        path = folder / f"screen-{name}.png"
        page.locator("article").screenshot(path=path)
        made.append(path)
    page.close()
    return made


def _inline(figure: Figure) -> str | NotDrawn | None:
    content = figure.content if isinstance(figure.content, bytes) else figure.content()
    found = redraw(content, figure.media_type)
    return found if isinstance(found, NotDrawn) else f"data:image/jpeg;base64,{b64encode(found.jpeg).decode()}"


def _faces() -> str:
    families = [face.file.partition(".")[0] for face in FACES if not face.index]
    rules = (f'@font-face {{ font-family: "{name}"; src: url("{FONTS}{name}"); }}' for name in families)
    names = ", ".join(f'"{name}"' for name in reversed(families))
    latin = f'"{families[0]}"'
    return f"{''.join(rules)} .doc {{ font-family: {latin}, {names}, sans-serif; }}"


def _font(route: "Route") -> None:
    name = unquote(route.request.url.removeprefix(FONTS))
    face = next(face for face in FACES if face.file.partition(".")[0] == name)
    body = resources.files(face.package).joinpath(face.path).read_bytes()
    route.fulfill(body=body, headers={"Access-Control-Allow-Origin": "*", "Content-Type": "font/ttf"})
