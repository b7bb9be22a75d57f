"""The texts that every bundle carries, and the program that checks it. They speak to outsiders, in plain words."""

from collections.abc import Iterator, Sequence
from pathlib import Path

_HERE = Path(__file__).parent
VERIFIER = _HERE.parent / "verify.py"
TEXTS = ("README.txt", "VERIFY-WITH-OTHER-TOOLS.txt")


_STAMPED = """\
  Time stamps of outside authorities: {count} (proofs/checkpoint.tsr and so on). Put the certificate of the authority,
  from its own site, into a file, and add --tsa-root FILE to the command; this needs the program openssl."""
_SEEN = """\
  The witness {name} has signed the checkpoint. Add --witness KEY with its key, as it publishes it."""
_NOBODY = """\
  Nobody: when this folder was finished, no outside authority or witness had vouched for the checkpoint, so that the
  agency alone says when."""
_LATER = """\
  A time stamp that came after that is no part of this folder, which is drawn again with the same bytes, but a file
  of its own: log/stamps/{size}/1 and so on, at the agency's archive. VERIFY-WITH-OTHER-TOOLS.txt, 7, checks one."""


def outside_text(size: int, stamps: int, witnesses: Sequence[str]) -> str:
    """Return what README.txt says of those outside who vouch for the checkpoint of `size` entries in the bundle."""
    lines = [_STAMPED.format(count=stamps)] if stamps else []
    lines += [_SEEN.format(name=name) for name in witnesses]
    return "\n".join([*(lines or [_NOBODY]), _LATER.format(size=size)])


def bundle_texts(agency: str, title: str, banner: str, origin: str, outside: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each text and of verify.py, which goes in as it is."""
    values = {
        "%BANNER%": f"{banner}\n\n" if banner else "",
        "%TITLE%": title,
        "%AGENCY%": agency,
        "%ORIGIN%": origin,
        "%OUTSIDE%": outside,
    }
    for name in TEXTS:
        text = (_HERE / name).read_text(encoding="utf-8")
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        yield name, text.encode("utf-8")
    yield VERIFIER.name, VERIFIER.read_bytes()
