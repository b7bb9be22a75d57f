"""Adopting schedules, moving holdings between series, and stating what a series waits for."""

import os
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Department
from archive.destruction.holdings import Holding
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events
from retention.errors import Refused
from retention.rules.rulefile import RuleFileError
from retention.rules.schedule import ScheduleFile, read_schedule_bytes
from retention.rules.series import Trigger
from retention.schedules.adoption import classify_unscheduled, series_apply, shortening_of
from retention.schedules.assigning import (
    Facts,
    assignments_insert,
    assignments_update,
    classify,
    facts_locked,
    latest,
    lines_at,
    move,
    records_describe,
)
from retention.schedules.computing import Decider, recompute
from retention.schedules.models import ClassificationRule, Schedule, Series, SeriesVersion, ShorteningApproval
from retention.schedules.rulebook import schedules_in_force


def schedule_adopt(*, content: bytes, name: str, actor: Actor, at: datetime) -> Schedule:
    """Adopt the schedule in `content` (TOML, `name` only for messages); it applies from its day on.

    What is assigned already follows a longer period at once; where the new one is shorter the old version stays applied
    until another person approves (`shortening_approve`). What waited unscheduled and now fits a line is assigned.
    Raises Denied or Refused (`schedule.file`, `schedule.again`, `schedule.series_taken`).
    """
    policy.require(actor, "schedule.adopt", at)
    try:
        read = read_schedule_bytes(content, name)
    except RuleFileError as error:
        raise Refused("schedule.file", str(error)) from error
    with transaction.atomic():
        if actor.user is None:
            raise policy.Denied("schedule.adopt")
        if Schedule.objects.filter(code=read.code, version=read.version).exists():
            raise Refused(
                "schedule.again",
                _("Version %(version)s of this schedule is adopted already. Give the new text a new version.")
                % {"version": read.version},
            )
        _check_codes(read)
        [event] = append_events([_adoption_event(read, at)])
        schedule = Schedule.objects.create(
            code=read.code,
            version=read.version,
            title=read.title,
            authority=read.authority,
            application=read.application,
            effective_on=read.effective_on,
            note=read.note,
            source_sha256=read.sha256,
            adopted_by=actor.user,
            adopted_at=at,
            event_id=event.event_id,
        )
        _write_series(schedule, read)
        audit(actor, "schedule.adopt", at=at, object_kind="schedule", object_ref=schedule.ref, count=len(read.series))
        schedules_apply(at=at)
    return schedule


def schedules_apply(*, at: datetime) -> int:
    """Bring every assignment up to the schedules that are in force now; return how many due days changed.

    Called by adoption and by each sweep; twice changes nothing.
    """
    with transaction.atomic():
        today = Department.objects.get().day(at)
        changed = 0
        for schedule in schedules_in_force(today):
            for version in schedule.series_versions.select_related("series").order_by("pk"):
                changed += series_apply(version)
        classify_unscheduled(lines_at(at))
        return changed + recompute()


def shortening_approve(*, series_code: str, actor: Actor, at: datetime) -> ShorteningApproval:
    """Let what is assigned to a series follow its present, shorter version: by another person than adopted it.

    Raises Denied, Series.DoesNotExist or Refused (`schedule.same_person`, `schedule.nothing_shorter`).
    """
    with transaction.atomic():
        policy.require(actor, "disposition.approve", at)
        series = (
            Series.objects.select_for_update(of=("self",)).select_related("current__schedule").get(code=series_code)
        )
        version = series.current
        if version is None or not shortening_of(version) or actor.user is None:
            raise Refused("schedule.nothing_shorter", _("Nothing waits for approval in this series."))
        if version.schedule.adopted_by_id == actor.user.pk:
            raise Refused(
                "schedule.same_person", _("You adopted this version yourself. Ask another person to approve it.")
            )
        count = series_apply(version, shorter=True)
        [event] = append_events(
            [
                EventDraft(
                    kind="approval",
                    schema="approval/1",
                    subject=os.urandom(16),
                    fields={
                        "/approval/of": "shortening",
                        "/approval/ref": str(version.schedule.ref),
                        "/approval/series": series.code,
                        "/approval/count": count,
                    },
                    compartment="public",
                    at=at,
                )
            ]
        )
        approval = ShorteningApproval.objects.create(
            version=version,
            adopted_by=version.schedule.adopted_by,
            approved_by=actor.user,
            at=at,
            count=count,
            event_id=event.event_id,
        )
        audit(actor, "schedule.shorten", at=at, object_kind="series", object_ref=series.code, count=count)
    return approval


def series_assign(*, holdings: Sequence[Holding], series_code: str, actor: Actor, at: datetime) -> int:
    """Put holdings into a series by a person's decision: out of the unscheduled queue, or from another series.

    Nothing may get a nearer day by this: the former series then stays beside the new one. Returns how many moved.
    Raises Denied, Series.DoesNotExist or Refused (`series.unused`).
    """
    with transaction.atomic():
        policy.require(actor, "disposition.propose", at)
        series = Series.objects.get(code=series_code)
        if series.current_id is None:
            raise Refused("series.unused", _("No schedule in force says what this series means."))
        decider = Decider.load()
        moved = [facts for facts in _facts_of(holdings) if facts.series_id != series.pk]
        for facts in moved:
            move(facts, series_id=series.pk, version_id=series.current_id, decider=decider)
        assignments_update(moved, moved, decider)
        audit(actor, "series.assign", at=at, object_kind="series", object_ref=series.code, count=len(moved))
    return len(moved)


def trigger_state(*, holdings: Sequence[Holding], day: date, actor: Actor, at: datetime) -> int:
    """State the day on which what their series waits for happened: a case closed, administrative value ended, or the
    day of posting where the network gave no time zone. Returns how many were waiting for it.

    Raises Denied or Refused (`trigger.future`). What was proved by capture or removal is not a person's to state.
    """
    with transaction.atomic():
        policy.require(actor, "disposition.propose", at)
        if day > Department.objects.get().day(at):
            raise Refused("trigger.future", _("State a day that has come."))
        decider = Decider.load()
        changed = []
        for facts in _facts_of(holdings):
            versions = [one for one in (facts.applied_id, facts.beside_id) if one is not None]
            triggers = {decider.book[one].rule.trigger for one in versions}
            before = (facts.created_on, facts.event_on)
            if Trigger.CREATED in triggers and facts.created_on is None:
                facts.created_on = day
            if triggers & _STATED:
                facts.event_on = latest(facts.event_on, day)
            if before != (facts.created_on, facts.event_on):
                changed.append(facts)
        assignments_update(changed, (), decider)
        audit(actor, "series.state", at=at, object_kind="day", object_ref=day.isoformat(), count=len(changed))
    return len(changed)


_STATED = frozenset(Trigger) - {
    Trigger.CREATED,
    Trigger.CAPTURED,
    Trigger.REMOVED,
    Trigger.LAST_UPDATE,
    Trigger.PERMANENT,
}


def holding_assign(*, holding: Holding, ref: uuid.UUID, at: datetime, event_on: date | None = None) -> None:
    """Assign a holding of another kind than records (a request file, a sealed production) by its classification line.

    For rooms above, in the transaction that makes the holding; again with `event_on` when what its series waits for has
    come. Without a fitting line it waits in the unscheduled queue.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A holding is assigned in the transaction that makes it.")
    today, decider = Department.objects.get().day(at), Decider.load()
    known = facts_locked(holding.kind, [holding.id])
    if known:
        known[0].event_on = latest(known[0].event_on, event_on)
        assignments_update(known, (), decider)
        return
    facts = Facts(holding=holding, ref=ref, captured_on=today, created_on=today, event_on=event_on)
    classify(facts, lines_at(at), decider)
    assignments_insert([facts], decider)


def _facts_of(holdings: Iterable[Holding]) -> list[Facts]:
    by_kind: dict[str, list[int]] = {}
    for holding in holdings:
        by_kind.setdefault(holding.kind, []).append(holding.id)
    found = [facts for kind, ids in sorted(by_kind.items()) for facts in facts_locked(kind, ids)]
    records_describe(found)
    return found


def _check_codes(read: ScheduleFile) -> None:
    """Refuse a series that another schedule states: a code has one meaning at a time."""
    taken = SeriesVersion.objects.filter(series__code__in=[rule.code for rule in read.series])
    other = taken.exclude(schedule__code=read.code).values_list("series__code", "schedule__title").first()
    if other is not None:
        raise Refused(
            "schedule.series_taken",
            _("The series %(code)s belongs to “%(title)s”. Give it another code.")
            % {"code": other[0], "title": other[1]},
        )


def _write_series(schedule: Schedule, read: ScheduleFile) -> None:
    by_code: dict[str, Series] = {}
    for rule in read.series:
        series, _created = Series.objects.get_or_create(code=rule.code, defaults={"title": rule.title})
        by_code[rule.code] = series
        SeriesVersion.objects.create(
            series=series,
            schedule=schedule,
            title=rule.title,
            item=rule.item,
            period=str(rule.period) if rule.period else "",
            floor=str(rule.floor) if rule.floor else "",
            trigger=rule.trigger.value,
            cutoff=rule.cutoff.value,
            action=rule.action.value,
            citation=rule.citation.text,
            mark=rule.citation.mark.value,
            effective_on=read.effective_on,
        )
    ClassificationRule.objects.bulk_create(
        ClassificationRule(
            schedule=schedule,
            place=place,
            holding_kind=line.holding,
            record_kind=line.kind,
            state=line.state,
            series=by_code[line.series],
        )
        for place, line in enumerate(read.classification)
    )


def _adoption_event(read: ScheduleFile, at: datetime) -> EventDraft:
    return EventDraft(
        kind="policy.version",
        schema="policy.version/1",
        subject=os.urandom(16),
        fields={
            "/policy/of": "schedule",
            "/policy/code": read.code,
            "/policy/version": read.version,
            "/policy/effective": read.effective_on.isoformat(),
            "/policy/sha256": base64url(read.sha256),
        },
        compartment="public",
        at=at,
    )
