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
from django.db.models.functions import Greatest

from archive.ledger.cosignature import Witness, parse_witness, witness_request
from archive.ledger.errors import LedgerError
from archive.ledger.models import LOG, Anchor, AnchorKind, AnchorTarget, Checkpoint
from archive.ledger.note import Signature, parse_note
from archive.ledger.policy import Policy, parse_policy
from archive.ledger.selectors import consistency, latest_checkpoint, vkey
from archive.ledger.services import EventDraft, append_events
from archive.ledger.shelf import shelf_at
from archive.ledger.timestamps import MAX_TOKEN, stamp_read, stamp_request
from archive.ledger.vouching import VOUCHING, vouchers

PERIODS: dict[str, timedelta] = {
    AnchorKind.TSA: timedelta(hours=24),
    AnchorKind.MAIL: timedelta(hours=24),
    AnchorKind.WITNESS: timedelta(0),
    AnchorKind.WORM: timedelta(0),
}
"""How old the last anchor of a kind may be before the newest checkpoint is taken there."""

_CITABLE = 50  # checkpoints looked through for one that no witness has gone beyond
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


def checkpoint_cite(least: int, *, at: datetime, beat: Callable[[], None] = lambda: None) -> tuple[int, bool]:
    """Choose the checkpoint that an export cites, and have every authority and witness that is set up vouch for it.

    It is the smallest of at least `least` entries that each witness has cosigned or still can: a witness never goes
    back. Returns its size, and whether all of them vouch for it now (of witnesses: as many as
    the policy asks for, where the settings name one). Whoever failed is asked again after its pause;
    `beat` is called before each is asked, which may take half a minute.
    """
    asked = [target for target in targets() if target.kind in VOUCHING]
    if not asked:
        return least, True
    policy = parse_policy(Path(settings.LOG_POLICY).read_text("utf-8")) if settings.LOG_POLICY else None
    heads = Checkpoint.objects.filter(log_id=LOG, size__gte=least).order_by("size")
    for head in heads[:_CITABLE]:
        missing = _missing(asked, head.size)
        if not any(target.kind == AnchorKind.WITNESS and state.size >= head.size for target, state in missing):
            return head.size, _vouch(missing, head, at, beat) or (policy is not None and _enough(policy, head, asked))
    return least, False


def checkpoint_vouch(size: int, *, at: datetime) -> int:
    """Ask each authority that has not stamped the checkpoint of this size to do so late; return how many now did.

    For what was exported while it did not answer: the later stamp is of the same checkpoint, and a file of its own.
    """
    head = Checkpoint.objects.filter(log_id=LOG, size=size).first()
    asked = [target for target in targets() if target.kind == AnchorKind.TSA]
    missing = _missing(asked, size) if head else []
    return sum(_vouch([each], head, at) for each in missing) if head else 0


def _enough(policy: Policy, head: Checkpoint, asked: Sequence[Target]) -> bool:
    """Return whether each authority has stamped it and the witnesses that have cosigned it are enough."""
    given = vouchers(head.size)
    signed = {each.name for each in given if each.kind == AnchorKind.WITNESS}
    stamped = {each.name for each in given if each.kind == AnchorKind.TSA}
    return policy.met(signed) and all(each.name in stamped for each in asked if each.kind == AnchorKind.TSA)


def _missing(asked: Sequence[Target], size: int) -> list[tuple[Target, AnchorTarget]]:
    given = {(each.kind, each.name) for each in vouchers(size)}
    return [
        (target, AnchorTarget.objects.get_or_create(kind=target.kind, name=target.name)[0])
        for target in asked
        if (target.kind, target.name) not in given
    ]


def _vouch(
    missing: Sequence[tuple[Target, AnchorTarget]],
    head: Checkpoint,
    at: datetime,
    beat: Callable[[], None] = lambda: None,
) -> bool:
    """Ask those whose pause is over; return whether nobody is missing any more."""
    whole = True
    for target, state in missing:
        beat()
        whole = _rested(state, at) and _ask(target, state, head, at) and whole
    return whole


def _rested(state: AnchorTarget, at: datetime) -> bool:
    if not state.failures or state.tried_at is None:
        return True
    return at - state.tried_at >= min(LONGEST_RETRY, RETRY * float(2 ** min(state.failures - 1, 10)))


def _due(kind: str, state: AnchorTarget, at: datetime) -> bool:
    if state.failures:
        return _rested(state, at)
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
            size=Greatest("size", head.size), anchored_at=at, tried_at=at, failures=0, failure=""
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
    return stamp_fetch(url, parse_note(bytes(head.note)).text.encode("utf-8"))


def authorities() -> list[tuple[str, str]]:
    """Return name and address of each time-stamping authority of the settings."""
    return _pairs(settings.LOG_TSA)


def stamp_fetch(url: str, text: bytes) -> Given:
    """Ask an authority for a stamp of `text`. Raises FalseStamp, Refused or httpx.HTTPError."""
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
