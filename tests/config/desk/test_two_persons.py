"""Every rule that takes two persons is refused by the database itself, to the app as to everybody (design rule 6)."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from archive.access.able import able_ids
from archive.access.actor import Actor
from archive.access.models import Appointment, Designation, Office
from archive.access.oversight_models import BrokenGlass
from archive.access.two_persons import RULES
from archive.accounts.models import AccountProposal
from config.desk.approvals import approvals_pending, rules_waiting
from foia.review.models import Approval
from retention.dispositions.models import DispositionBatch
from retention.schedules.models import SeriesVersion
from tests.web.captured import a_proposed_page
from tests.web.foia_pages import bundled, reviewed
from tests.web.retention_pages import a_hold, a_schedule, an_endorsed
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def refused(statement: str, *values: Any) -> str:
    """Return the name of the constraint that refuses a statement of the app's."""

    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError) as caught:
        run()
    cause = caught.value.__cause__
    return str(getattr(getattr(cause, "diag", None), "constraint_name", ""))


def test_no_page_is_approved_by_its_proposer_not_even_under_another_name(world: World) -> None:
    a_proposed_page(world, world.stranger)
    proposal = AccountProposal.objects.latest("pk")
    insert = (
        "INSERT INTO account_approval (account_id, requested_by_id, approved_by_id, at, event_id)"
        " VALUES (%s, %s, %s, now(), gen_random_uuid())"
    )
    by = proposal.requested_by_id
    assert refused(insert, proposal.account_id, by, by) == "account_not_self_approved"
    assert refused(insert, proposal.account_id, world.holders["auditor"].pk, by) == "account_approval_proposer"


def test_no_list_is_approved_by_who_endorsed_or_proposed_it_and_no_name_is_changed_to_make_room(world: World) -> None:
    batch = DispositionBatch.objects.get(ref=an_endorsed(world, world.stranger)["ref"])
    update = "UPDATE disposition_batch SET state = 'approved', {} WHERE id = %s"
    assert refused(update.format("approved_by_id = endorsed_by_id"), batch.pk) == "disposition_not_self_approved"
    taken = f"proposed_by_id = {world.stranger.pk}, approved_by_id = {world.stranger.pk}"
    assert refused(update.format(taken), batch.pk) == "disposition_not_by_its_proposer"
    moved = f"approved_by_id = endorsed_by_id, endorsed_by_id = {world.holders['auditor'].pk}"
    assert refused(update.format(moved), batch.pk) == "written_once"


def test_no_shorter_period_is_approved_by_who_adopted_it(world: World) -> None:
    a_schedule(world, world.stranger)
    version = SeriesVersion.objects.select_related("schedule").first()
    assert version is not None
    insert = (
        "INSERT INTO shortening_approval (version_id, adopted_by_id, approved_by_id, at, count, event_id)"
        " VALUES (%s, %s, %s, now(), 1, gen_random_uuid())"
    )
    by = version.schedule.adopted_by_id
    # The trigger speaks before the CHECK does, and also where the row lies about who adopted.
    assert refused(insert, version.pk, by, by) == "shortening_by_another"
    assert refused(insert, version.pk, world.holders["auditor"].pk, by) == "shortening_by_another"


def test_no_legal_hold_is_lifted_by_who_placed_it(world: World) -> None:
    ref = a_hold(world, world.stranger)["ref"]
    update = "UPDATE hold SET released_at = now(), {} WHERE ref = %s"
    assert refused(update.format("released_by_id = placed_by_id"), ref) == "legal_hold_not_self_released"
    moved = f"released_by_id = placed_by_id, placed_by_id = {world.holders['auditor'].pk}"
    assert refused(update.format(moved), ref) == "written_once"


def test_no_review_is_confirmed_by_a_reviewer(world: World) -> None:
    collection = reviewed(world, confirmed=True)
    approval = Approval.objects.get(collection=collection)
    line = approval.lines.first()
    assert line is not None
    insert = (
        "INSERT INTO review_approved_decision (approval_id, decision_id, reviewed_by_id, approved_by_id)"
        " SELECT a.id, %s, {0}, {1} FROM made a"
    )
    made = (
        "WITH made AS (INSERT INTO review_approval"
        " (ref, collection_id, decisions, decisions_sha256, by_id, at, event_id)"
        " VALUES (gen_random_uuid(), %s, 1, '', %s, now(), gen_random_uuid()) RETURNING id) "
    )
    own = made + insert.format(line.reviewed_by_id, line.reviewed_by_id)
    assert refused(own, collection.pk, line.reviewed_by_id, line.decision_id) == "review_not_self_approved"
    lied = made + insert.format(world.holders["auditor"].pk, line.reviewed_by_id)
    assert refused(lied, collection.pk, line.reviewed_by_id, line.decision_id) == "approved_decision_reviewer"


def test_no_production_is_released_by_a_reviewer(world: World) -> None:
    production = bundled(world)
    item = production.items.select_related("decision").first()
    assert item is not None
    insert = (
        "INSERT INTO release (ref, production_id, token_sha256, at, expires_at, by_id, event_id)"
        " VALUES (gen_random_uuid(), %s, 'x', now(), now() + interval '1 day', %s, gen_random_uuid())"
    )
    assert refused(insert, production.pk, item.decision.by_id) == "release_not_by_reviewer"


def test_nobody_appoints_or_designates_themselves(world: World) -> None:
    stranger = world.stranger.pk
    insert = (
        "INSERT INTO appointment (user_id, office_id, since, acting, deputy, made_by_id)"
        " VALUES (%s, 'chief', now(), false, false, %s)"
    )
    assert refused(insert, stranger, stranger) == "appointment_not_of_oneself"
    insert = (
        "INSERT INTO designation (ref, user_id, office_id, capability, since, until, made_by_id)"
        " VALUES (gen_random_uuid(), %s, 'chief', 'account.approve', now(), now() + interval '1 day', %s)"
    )
    assert refused(insert, stranger, stranger) == "designation_not_of_oneself"


def test_nobody_reviews_what_they_opened_themselves(world: World) -> None:
    opening = BrokenGlass.objects.create(
        user=world.stranger,
        compartment_id="restricted",
        words_ref=uuid.uuid4(),
        at=world.at,
        until=world.at + timedelta(hours=1),
    )
    insert = (
        "INSERT INTO broken_glass_review (opening_id, opened_by_id, reviewed_by_id, at, justified, words_ref)"
        " VALUES (%s, %s, %s, now(), true, gen_random_uuid())"
    )
    by, other = world.stranger.pk, world.holders["chief"].pk
    assert refused(insert, opening.pk, by, by) == "broken_glass_not_self_reviewed"
    assert refused(insert, opening.pk, other, by) == "broken_glass_review_opener"


def test_every_rule_of_the_list_has_its_constraint_in_the_database(world: World) -> None:
    names = {rule.constraint for rule in RULES}
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conname = ANY(%s)", [list(names)])
        found = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT count(*) FROM pg_proc WHERE prosrc LIKE '%%''release_not_by_reviewer''%%'")
        assert cursor.fetchone() == (1,)
    assert names - found == {"release_not_by_reviewer"}


def test_a_waiting_approval_names_who_can_give_it_and_when_nobody_can_those_who_appoint_are_told(world: World) -> None:
    batch = DispositionBatch.objects.get(ref=an_endorsed(world, world.stranger)["ref"])
    chief = Actor(user=world.holders["chief"])
    [pending] = [one for one in approvals_pending(chief, world.at) if one.capability == "disposition.approve"]
    able = able_ids(world.at)["disposition.approve"]
    assert {user.pk for user in pending.able} == able
    assert [user.pk for user in pending.besides] == [batch.endorsed_by_id]
    assert rules_waiting(chief, world.at) == []
    Appointment.objects.filter(user__in=able, office__in=["chief", "counsel", "records-manager"]).update(until=world.at)
    administrator = Actor(user=world.holders["administrator"])
    titles = [item.title for item in rules_waiting(administrator, world.at)]
    assert "1 approval waits that nobody can give" in titles
    assert any("cannot be kept" in title for title in titles)
    Designation.objects.create(
        office=Office.objects.get(code="chief"),
        user=world.stranger,
        capability="disposition.approve",
        since=world.at,
        until=world.at + timedelta(days=1),
        made_by=chief.person,
    )
    assert [item.title for item in rules_waiting(administrator, world.at) if "nobody" in item.title] == []
