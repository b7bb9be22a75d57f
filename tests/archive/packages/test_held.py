"""Whoever holds a bundle and copies the whole public log cannot tell a record on hold from one that is not.

Two archives live the same day; in one of them a hold is placed on a record that was released and later lifted. What a
requester has is the same in both but for bytes that look random: here everything is computed that he can compute.
"""

import json
import secrets
import zipfile
from base64 import urlsafe_b64decode
from hashlib import sha256
from pathlib import Path

from archive.ledger.commitment import Value, commit, padding
from archive.ledger.encoding import base64url
from archive.packages.bundle import finish
from archive.packages.staging import stage_payload
from tests.archive.packages.bundles import Log, comment, seal, sealed

HELD, FREE = 1, 2
OWN = secrets.randbits(128)  # a hold is a subject of its own, as retention.holds.services makes it


class Day(Log):
    """A log whose keys are random, as they are in life, and that is padded to a multiple at each beat."""

    def beat(self, to: int = 16) -> None:
        while len(self.entries) % to:
            self.entries.append(padding(secrets.token_bytes(32)).entry)


def lived(folder: Path, *, hold: bool) -> tuple[Path, Day]:
    """Return the bundle that one archive released, and its public log after the hold was placed and lifted."""
    log = Day()
    items = [comment(log, HELD), comment(log, FREE)]
    log.beat()
    if hold:
        for kind in ("hold.placed", "hold.released"):
            log.add(f"{kind}/1", OWN, {"/event/kind": kind, "/hold/of": str(HELD), "/hold/reason": "suit"}, [])
            log.beat()
    else:
        for _ in range(2):
            log.entries.append(padding(secrets.token_bytes(32)).entry)
            log.beat()
    name = "TEST-0001"
    event = seal(log, stage_payload(folder / "staging", name, items))
    log.beat()
    return finish(folder / "staging", sealed(log, event), out=folder), log


def disclosures(value: dict[str, list[str]]) -> list[tuple[str, object]]:
    opened = [json.loads(urlsafe_b64decode(each + "==")) for each in value["disclosures"]]
    return sorted((name, content) for _salt, name, content in opened)


def everything(path: Path, log: Day) -> dict[str, object]:
    """Compute what tells of a record: its fields, sizes and counts, and each relation to an entry of the log."""
    with zipfile.ZipFile(path) as archive:
        members = {each.filename.partition("/")[2]: archive.read(each) for each in archive.infolist()}
    found: dict[str, object] = {"files": sorted(members), "log": len(log.entries)}
    found["entries"] = sorted({len(entry) for entry in log.entries}), len(set(log.entries))
    for name in [name for name in members if name.startswith("data/records/")]:
        record = json.loads(members[name])
        fields = dict(disclosures(record))
        digests, salts = set(record["sd"]), [json.loads(urlsafe_b64decode(d + "=="))[0] for d in record["disclosures"]]
        known = [record["entry"], *digests, *salts, str(fields["/event/subject"]), record["record"], record["version"]]
        leaf = sha256(b"\0" + record["entry"].encode()).digest()
        found[name] = {
            "fields": sorted(map(str, fields.items())),
            "digests": len(digests),
            "history": record["history"],
            "withheld": record["withheld"],
            "size": len(members[name]),
            # does anything that he knows of the record, or anything made of it, stand in another entry?
            "seen": sum(
                any(made.encode() in entry for known_one in known for made in forms(known_one))
                for entry in log.entries
                if entry.decode() != record["entry"]
            ),
            "linked": sum(base64url(leaf).encode() in entry for entry in log.entries),
            "place": log.entries.index(record["entry"].encode()),
            # events that he could make up of what he knows, without the key that he has not
            "guessed": sum(guess(record, fields, kind) in log.entries for kind in ("hold.placed", "hold.released")),
        }
    return found


def forms(text: str) -> list[str]:
    """Return a text, its digest and its reverse as they could stand in an entry."""
    octets = text.encode()
    return [text, base64url(octets), base64url(sha256(octets).digest()), sha256(octets).hexdigest(), octets.hex()]


def guess(record: dict[str, object], fields: dict[str, object], kind: str) -> bytes:
    """Commit to the event that a hold would be, under each key that somebody without the true one could think of."""
    made: dict[str, Value] = {
        "/event/kind": kind,
        "/event/subject": str(fields["/event/subject"]),
        "/event/n": 1,
        "/event/prev": base64url(sha256(b"\0" + str(record["entry"]).encode()).digest()),
        "/event/time": str(fields["/event/time"]),
        "/hold/of": str(record["record"]),
        "/hold/reason": "suit",
    }
    return commit(f"{kind}/1", made, sha256(str(record["record"]).encode()).digest()).entry


def test_a_held_record_looks_like_any_other_to_whoever_has_the_bundle_and_the_whole_log(tmp_path: Path) -> None:
    (tmp_path / "held").mkdir()
    (tmp_path / "free").mkdir()
    held, free = lived(tmp_path / "held", hold=True), lived(tmp_path / "free", hold=False)
    with_hold, without = everything(*held), everything(*free)
    assert with_hold == without
    for name in ("data/records/TEST-000001.json", "data/records/TEST-000002.json"):
        seen = with_hold[name]
        assert isinstance(seen, dict)
        assert (seen["seen"], seen["linked"], seen["guessed"]) == (0, 0, 0)


def test_the_measure_can_fail_a_log_that_names_its_subject_is_told_apart(tmp_path: Path) -> None:
    """The twin: were the subject of an event written in its entry, the same computation would find the hold."""
    (tmp_path / "held").mkdir()
    path, log = lived(tmp_path / "held", hold=True)
    subject = base64url(HELD.to_bytes(16, "big"))
    log.entries.append(f'{{"kind":"hold.placed","subject":"{subject}"}}'.encode())
    found = everything(path, log)["data/records/TEST-000001.json"]
    assert isinstance(found, dict)
    assert found["seen"] == 1
