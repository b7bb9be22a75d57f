"""The recovery sheet: two pages from which a person can type the key, and nothing that stays behind."""

import io
from pathlib import Path

from pypdf import PdfReader

from config.continuity.sealing import identity_read
from config.runner.environment import Role
from tests.config.continuity.house import House


def test_the_printed_sheet_has_two_pages_and_a_key_that_can_be_typed_from_it(
    home: House, place: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.pdf"
    home.manage("recovery-sheet", "--out", str(sheet), role=Role.BACKUP, place=place)
    assert sheet.stat().st_mode & 0o777 == 0o600
    reader = PdfReader(io.BytesIO(sheet.read_bytes()))
    assert len(reader.pages) == 2
    first, second = (page.extract_text() for page in reader.pages)
    identity = identity_read(first)
    recapture = home.state.secrets.key_file("recapture-key").read_bytes().hex()
    assert recapture in "".join(first.split())
    env = home.env(Role.BACKUP)
    assert "".join(env["DAYBOOK_LOG_VKEY"].split()) in "".join(second.split())
    assert place.as_uri() in "".join(second.split())
    assert "./run restore --from" in " ".join(second.split())
    said = home.manage("recovery-sheet", "--confirm", role=Role.BACKUP, place=place, typed=f"{identity}\n")
    assert "Right" in said
    kept = b"".join(path.read_bytes() for path in home.state.directory.rglob("*") if path.is_file())
    assert str(identity).encode() not in kept
