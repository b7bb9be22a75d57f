"""What three readers of other people's making find in the text layer.

Not tried: Arabic with vowel marks and Hebrew points, which readers place where the marks stand and not where they
belong; and pypdf on Indic scripts, which knows no ActualText.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from tests.archive.documents.typesetting.paper import paper

Reader = Callable[[Path], str]

_LEFT_TO_RIGHT = (
    "Plain words, “quotes” and 5 €",
    "Ελληνικά Русский Tiếng Việt",
    "日本語です。東京 ⽇ • ・",
    "한국어 텍스트",
    "Հայերեն ქართული አማርኛ",
    "(brackets) — dashes",
    "fi ffl office AVATAR",
    "B 𝗕𝗥𝗘𝗔𝗞𝗜𝗡𝗚 𝘯𝘦𝘸𝘴 𝚖𝚘𝚗𝚘",
)
_EMOJI = ("👨‍👩‍👧‍👦", "👩🏽‍🚒", "🇺🇸", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "❤️", "😀")
_BRAHMIC = ("नमस्ते", "दुनिया,", "क्षत्रिय", "ভাষায়", "கொடுக்கிறது", "వ్రాయండి", "ഭാഷ", "සිංහල", "ที่นี่กำลัง", "ພາສາລາວ", "မြန်မာ")
_RIGHT_TO_LEFT = ("שלום עולם", "مرحبا بالعالم", "تجريبي لاختبار", "یک کتاب فارسی", "ٹیکسٹ")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("paper") / "sample.pdf"
    lines = [*_LEFT_TO_RIGHT, " ".join(_EMOJI), " ".join(_BRAHMIC), *_RIGHT_TO_LEFT, "שלום (בדיקה) 123", "ཀཁ"]
    file.write_bytes(paper(lines))
    return file


def by_pdfium(file: Path) -> str:
    with pypdfium2.PdfDocument(file) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def by_poppler(file: Path) -> str:
    command = shutil.which("pdftotext")
    if command is None:
        pytest.skip("poppler's pdftotext is not installed")
    found = subprocess.run([command, str(file), "-"], check=True, capture_output=True).stdout.decode()
    return found.translate({ord(mark): None for mark in "\u202a\u202b\u202c\u200e\u200f"})


def by_pypdf(file: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file.read_bytes())).pages)


@pytest.mark.parametrize("reader", [by_pdfium, by_poppler, by_pypdf])
def test_text_from_left_to_right_is_found_whole(reader: Reader, sample: Path) -> None:
    found = reader(sample)
    squeezed = found.replace(" ", "")
    assert [line for line in _LEFT_TO_RIGHT if line.replace(" ", "") not in squeezed] == []


@pytest.mark.parametrize("reader", [by_pdfium, by_poppler, by_pypdf])
def test_emoji_are_found_as_whole_sequences(reader: Reader, sample: Path) -> None:
    found = reader(sample)
    assert [each for each in _EMOJI if each not in found] == []


@pytest.mark.parametrize("reader", [by_pdfium, by_poppler])
def test_words_of_brahmic_scripts_are_found_in_the_order_they_are_spoken(reader: Reader, sample: Path) -> None:
    found = reader(sample)
    assert [word for word in _BRAHMIC if word not in found] == []


@pytest.mark.parametrize("reader", [by_pdfium, by_poppler])
def test_lines_from_right_to_left_are_found_in_reading_order(reader: Reader, sample: Path) -> None:
    found = reader(sample)
    assert [line for line in _RIGHT_TO_LEFT if line not in found] == []


def test_brackets_in_hebrew_face_the_right_way(sample: Path) -> None:
    assert "שלום (בדיקה) 123" in by_pdfium(sample)


def test_what_is_drawn_by_name_is_still_found_as_itself(sample: Path) -> None:
    assert "ཀཁ" in by_pdfium(sample)
    assert "ཀཁ" in by_poppler(sample)
