"""The texts that every bundle carries, and the program that checks it. They speak to outsiders, in plain words."""

from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent
VERIFIER = _HERE.parent / "verify.py"
TEXTS = ("README.txt", "VERIFY-WITH-OTHER-TOOLS.txt")


def bundle_texts(agency: str, title: str, banner: str, origin: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each text and of verify.py, which goes in as it is."""
    values = {"%BANNER%": f"{banner}\n\n" if banner else "", "%TITLE%": title, "%AGENCY%": agency, "%ORIGIN%": origin}
    for name in TEXTS:
        text = (_HERE / name).read_text(encoding="utf-8")
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        yield name, text.encode("utf-8")
    yield VERIFIER.name, VERIFIER.read_bytes()
