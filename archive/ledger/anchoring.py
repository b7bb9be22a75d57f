"""Taking checkpoints outside: time stamps, witnesses, a bucket in another account, e-mail to named people.

Each is optional and none ever holds up capture or signing. What an outsider gave is evidence (`Anchor`); how it fares
lies in `AnchorTarget`, and its age is shown. A deployment without any says so wherever it speaks of proof.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from archive.ledger.cosignature import Witness, parse_witness, witness_request
from archive.ledger.errors import LedgerError
from archive.ledger.models import LOG, Anchor, AnchorKind, AnchorTarget, Checkpoint
from archive.ledger.note import Signature, parse_note
from archive.ledger.selectors import consistency, latest_checkpoint, vkey
from archive.ledger.services import EventDraft, append_events
from archive.ledger.shelf import shelf_at
from archive.ledger.timestamps import MAX_TOKEN, stamp_read, stamp_request

PERIODS: dict[str, timedelta] = {
    AnchorKind.TSA: timedelta(hours=24),
    AnchorKind.MAIL: timedelta(hours=24),
    AnchorKind.WITNESS: timedelta(0),
    AnchorKind.WORM: timedelta(0),
}
"""How old the last anchor of a kind may be before the newest checkpoint is taken there."""

RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)


class Refused(LedgerError):
    """The outsider answered, and the answer is no, or is not what it should be."""

    code = "ledger.anchor.refused"


@dataclass(frozen=True, slots=True)
class Given:
    """What an outsider gave: its bytes, its own time if we can read one, and whether we could read it at all."""

    octets: bytes
    at: datetime | None
    read: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """One outside anchor of the settings, and how to ask it: `ask(checkpoint, size it holds)`."""

    kind: AnchorKind
    name: str
    ask: Callable[[Checkpoint, int], Given]


def targets() -> list[Target]:
    """Return the anchors that the settings name. Raises ValueError or NoteError for one that is malformed."""
    found = [Target(AnchorKind.TSA, name, partial(_stamped, url)) for name, url in _pairs(settings.LOG_TSA)]
    for key, url in _pairs(settings.LOG_WITNESSES):
        witness = parse_witness(key)
        found.append(Target(AnchorKind.WITNESS, witness.name, partial(_witnessed, url, witness)))
    if settings.LOG_WORM_URL:
        shelf_at(settings.LOG_WORM_URL)
        found.append(Target(AnchorKind.WORM, "bucket", partial(_kept, settings.LOG_WORM_URL)))
    if settings.LOG_ANCHOR_MAIL:
        people = settings.LOG_ANCHOR_MAIL
        found.append(Target(AnchorKind.MAIL, f"{len(people)} people", partial(_mailed, people)))
    return found


def checkpoint_anchor(*, at: datetime, now: bool = False) -> dict[str, int]:
    """Take the newest checkpoint to every anchor that is due, or with `now` to each; return how many held and failed.

    Each is asked once; one that fails is asked again after a growing pause, with the newest checkpoint of then.
    """
    head = latest_checkpoint()
    counts = {"anchored": 0, "failed": 0}
    if head is None:
        return counts
    for target in targets():
        state, _ = AnchorTarget.objects.get_or_create(kind=target.kind, name=target.name)
        if state.size < head.size and (now or _due(target.kind, state, at)):
            counts["anchored" if _ask(target, state, head, at) else "failed"] += 1
    return counts


def _due(kind: str, state: AnchorTarget, at: datetime) -> bool:
    if state.failures and state.tried_at:
        pause = min(LONGEST_RETRY, RETRY * float(2 ** min(state.failures - 1, 10)))
        return at - state.tried_at >= pause
    return state.anchored_at is None or at - state.anchored_at >= PERIODS[kind]


def _ask(target: Target, state: AnchorTarget, head: Checkpoint, at: datetime) -> bool:
    try:
        given = target.ask(head, state.size)
    except (LedgerError, httpx.HTTPError, OSError, ValueError) as error:
        said = str(error) if isinstance(error, LedgerError) else type(error).__name__
        AnchorTarget.objects.filter(pk=state.pk).update(tried_at=at, failures=state.failures + 1, failure=said[:500])
        return False
    with transaction.atomic():
        Anchor.objects.bulk_create(
            [
                Anchor(
                    log_id=LOG,
                    size=head.size,
                    kind=target.kind,
                    name=target.name,
                    at=given.at or at,
                    received_at=at,
                    read=given.read,
                    octets=given.octets,
                )
            ],
            ignore_conflicts=True,
        )
        AnchorTarget.objects.filter(pk=state.pk).update(
            size=head.size, anchored_at=at, tried_at=at, failures=0, failure=""
        )
        if target.kind == AnchorKind.TSA:
            _beacon(head.size, given.octets, at)
    return True


def _beacon(size: int, token: bytes, at: datetime) -> None:
    """Log bytes from outside that nobody could foresee: what comes after them in the log came after that stamp."""
    append_events(
        [
            EventDraft(
                kind="beacon",
                schema="beacon/1",
                subject=os.urandom(16),
                fields={"/beacon/size": size, "/beacon/token/sha256": hashlib.sha256(token).hexdigest()},
                compartment="public",
                at=at,
            )
        ]
    )


def _stamped(url: str, head: Checkpoint, _held: int) -> Given:
    text = parse_note(bytes(head.note)).text.encode("utf-8")
    octets = _posted(url, stamp_request(text), "application/timestamp-query", MAX_TOKEN, {200})[1]
    roots = Path(settings.LOG_TSA_ROOTS) if settings.LOG_TSA_ROOTS else None
    stamp = stamp_read(octets, text, roots)
    return Given(octets, stamp.at, read=stamp.at is not None)


def _witnessed(url: str, witness: Witness, head: Checkpoint, held: int) -> Given:
    """Ask for a cosignature; a witness that holds another size than we thought says so, and is asked once more."""
    note = bytes(head.note)
    status, body = 409, str(held).encode()
    for _ in range(2):
        if not body.strip().isdigit() or int(body) > head.size:
            raise Refused(f"{witness.name} holds a larger log than ours: {body[:40]!r}.")
        held = int(body)
        proof = consistency(held, head.size) if 0 < held < head.size else []
        status, body = _posted(
            f"{url.rstrip('/')}/add-checkpoint", witness_request(held, proof, note), "text/plain", 4096, {200, 409}
        )
        if status == 200:
            break
    if status != 200:
        raise Refused(f"{witness.name} did not agree on the size that it holds.")
    text = parse_note(note).text
    lines = parse_note(text.encode() + b"\n" + body).signatures
    own = [line for line in lines if (line.name, line.key_id) == (witness.name, witness.key_id)]
    if len(own) != 1:
        raise Refused(f"{witness.name} did not answer with its cosignature.")
    signature: Signature = own[0]
    return Given(signature.line().encode() + b"\n", datetime.fromtimestamp(witness.time_of(text, signature), UTC))


def _kept(url: str, head: Checkpoint, _held: int) -> Given:
    shelf, name, note = shelf_at(url), f"checkpoints/{head.size}", bytes(head.note)
    shelf.put_new(name, note)
    if shelf.get(name) != note:
        raise Refused(f"The bucket holds another note of size {head.size}.")
    return Given(name.encode(), None)


def _mailed(people: Sequence[str], head: Checkpoint, _held: int) -> Given:
    message = EmailMessage(
        subject=f"Log checkpoint {head.size}",
        body=f"Keep this message. It shows later that the log had this state today.\n\nKey: {vkey()}\n\n"
        f"{bytes(head.note).decode('utf-8')}",
        to=list(people),
    )
    if message.send() != 1:
        raise Refused("The message was not sent.")
    return Given(message.message().as_bytes(), None)


def _posted(url: str, body: bytes, media_type: str, limit: int, expected: set[int]) -> tuple[int, bytes]:
    """Send a request and return status and body. Raises Refused for another status or a body beyond the limit."""
    headers = {"Content-Type": media_type, "Accept-Encoding": "identity"}
    with httpx.Client(timeout=_TIMEOUT) as client, client.stream("POST", url, content=body, headers=headers) as answer:
        received = bytearray()
        for chunk in answer.iter_bytes():
            received += chunk
            if len(received) > limit:
                raise Refused(f"{answer.url.host} answered with more than {limit} bytes.")
        if answer.status_code not in expected:
            raise Refused(f"{answer.url.host} answered with status {answer.status_code}.")
        return answer.status_code, bytes(received)


def _pairs(listed: Sequence[str]) -> list[tuple[str, str]]:
    """Return (name, address) of each `NAME ADDRESS` of a setting."""
    pairs = [each.split() for each in listed]
    if any(len(pair) != 2 or not pair[1].startswith(("http://", "https://")) for pair in pairs):
        raise ValueError("An anchor is written as NAME, a space, and an http(s) address.")
    return [(name, url) for name, url in pairs]
