"""veraPDF over one drawing of everything: all files in one Java machine, since it takes seconds to begin."""

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from archive.documents.document import (
    Attachment,
    Cell,
    Chart,
    Column,
    Document,
    Figure,
    Furniture,
    Heading,
    Link,
    Listing,
    Marks,
    NewPage,
    Note,
    Paragraph,
    Part,
    Redaction,
    Relation,
    Role,
    Series,
    Strong,
    Table,
    Text,
    plain,
)
from tests.archive.documents.reading import drawn
from tests.archive.documents.samples import (
    a_certificate,
    a_charted_report,
    a_letter,
    a_record_sheet,
    a_report,
    a_thread,
    photo,
)
from tests.oracles.verapdf import verapdf_says

POSTED = (
    "ZWJ 👩‍👩‍👧‍👦 🏳️‍🌈 skin 👍🏽 flags 🇺🇸🏴󠁧󠁢󠁥󠁮󠁧󠁿 keycap 1️⃣ ❤︎ ❤️",
    "العربية مع English و ١٢٣ كلمات, עִבְרִית שלום",
    "नमस्ते दुनिया — বাংলা ভাষা — தமிழ் — ภาษาไทยไม่มีช่องว่าง — ລາວ — ខ្មែរ — မြန်မာ",
    "日本語のテキスト、中文（简体）繁體 한국어 𠀋𠮷",
    "Z\u0335\u0321\u0322a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030al\u0336g\u0337o\u0338",
    "\x00\x07\x1b\x7f\x85 \ud800 \udfff \ufffe \ufdd0 \ue000 \U000f0000 \u202egnp.exe\u202c \u200b\u2060\ufeff\u00ad",
    "𝕄𝕒𝕥𝕙 ᚠᚢᚦ ⠓⠑ ༄༅ 𒀀 𓀀 \U0010ffff ﷽ ﬁ ﬃ Ⅷ ①",
    "<b>&amp;</b> ]]> (\\) % /Name \r\n\t tab",
)


def hostile() -> Document:
    """All that people post, wherever text can stand."""
    blocks: list[object] = [Heading(POSTED[0]), Heading("Skips a level", 4)]
    for words in POSTED:
        blocks += [
            Paragraph(plain(words), Role.CAPTURED, "ar"),
            Paragraph((Strong(words), Link(words, "https://example.org/ü?a=(b)"), Redaction(words), Text(words, "hi"))),
            Listing((plain(words), (Redaction("7(1)(b)"),)), numbered=True),
            Note(words, plain(words)),
            Table((Column(words), Column("")), ((Cell(plain(words), header=True), Cell((Redaction(words),))),), words),
            Figure(b"?", words, words, words, words),
            Part((Heading(words, 2), Part((Paragraph(plain(words * 40)),), 9)), 2),
        ]
    blocks += [
        Figure(photo(), "image/jpeg", "", "no words.jpg"),
        Chart(POSTED[1], POSTED[:3], (Series(POSTED[2], (1.0, None, -2.5)),), POSTED[0], Marks.LINES, POSTED[3]),
        NewPage(POSTED[0]),
        Paragraph(()),
        Listing(((),)),
        Table((Column(""),), ()),
        Table((Column("only a head"),), ()),
        Table((Column("a"), Column("b")), ((Cell(plain("tall " * 3_000)), Cell(())),)),
    ]
    files = tuple(Attachment(f"{each}.json", b"{}", "text/plain", each, each) for each in Relation)
    furniture = Furniture(POSTED[0], POSTED[1], POSTED[2] * 3, POSTED[3] + "{page}/{pages}")
    return Document(POSTED[5], "x-nonsense", tuple(blocks), furniture, files, subject=POSTED[5], author=POSTED[7])  # type: ignore[arg-type]


SAMPLES: dict[str, Callable[[], Document]] = {
    each.__name__: each
    for each in (a_record_sheet, a_letter, a_certificate, a_report, a_thread, a_charted_report, hostile)
} | {"nothing": lambda: Document("", "en-US", ())}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    folder = tmp_path_factory.mktemp("verapdf")
    files: list[Path] = []
    for name, sample in SAMPLES.items():
        files.append(folder / f"{name}.pdf")
        files[-1].write_bytes(drawn(sample()))
    files.append(folder / "untagged.pdf")
    with pikepdf.open(io.BytesIO(drawn(a_letter()))) as pdf:
        del pdf.Root.StructTreeRoot
        del pdf.Root.OutputIntents
        pdf.save(files[-1])
    return verapdf_says(files)


@pytest.mark.parametrize("flavour", ["ua1", "3a"])
@pytest.mark.parametrize("name", SAMPLES)
def test_verapdf_passes_every_document(said: dict[tuple[str, str], str], name: str, flavour: str) -> None:
    assert said[f"{name}.pdf", flavour] == ""


@pytest.mark.parametrize("flavour", ["ua1", "3a"])
def test_verapdf_would_say_so_if_tags_or_colours_were_missing(said: dict[tuple[str, str], str], flavour: str) -> None:
    assert said["untagged.pdf", flavour]
