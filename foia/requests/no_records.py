"""The answer that nothing was found: the search that was made is stated and can be sworn to."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Department, Words
from archive.access.policy import require
from archive.accounts.models import Account
from archive.records.models import SearchRun
from archive.records.search import Filters
from archive.records.search_run import search_freeze
from foia.requests.letters import SectionText, day_text, letter_for, letter_words
from foia.requests.models import Letter, LetterKind, RecordsRequest, StepKind
from foia.requests.services import held_check, letter_issue, request_answer
from foia.requests.steps import request_locked, step_write
from retention.errors import Refused


def request_answer_none(*, request: RecordsRequest, words: str, filters: Filters, actor: Actor, at: datetime) -> Letter:
    """Search once more, and if nothing is found answer that there are no records, stating the search.

    Raises Denied, a QueryError or FilterError, and Refused when something is found after all, or nothing is held.
    """
    require(actor, "production.release", at)
    with transaction.atomic():
        request = request_locked(request.ref)
        held_check(request)
        run = search_freeze(actor=actor, words=words, filters=filters, at=at)
        if run.total:
            raise Refused(
                "request.found",
                _("The search found %(count)d records. Collect and review them.") % {"count": run.total},
            )
        step_write(request, StepKind.SEARCHED, by=actor.person, at=at, about_ref=run.ref)
        text = letter_for(request, LetterKind.NO_RECORDS, _sections(request, run, at), signer=actor.person, at=at)
        letter = letter_issue(
            request_ref=request.ref, kind=LetterKind.NO_RECORDS, text=text, collection_ref=None, actor=actor, at=at
        )
        request_answer(request_ref=request.ref, letter=letter, about_ref=run.ref, actor=actor, at=at)
        audit(actor, "request.none", at=at, object_kind="request", object_ref=request.ref)
    return letter


def _sections(request: RecordsRequest, run: SearchRun, at: datetime) -> tuple[SectionText, ...]:
    words = letter_words()[LetterKind.NO_RECORDS.value]
    department = Department.objects.get()
    accounts = Account.objects.filter(pk__in=run.filters["account_ids"]) if run.filters["account_ids"] else None
    scope = ", ".join(sorted(map(str, accounts))) if accounts is not None else words["everything"]
    query = Words.objects.get(ref=run.query_ref).text.strip() or words["anything"]
    return (
        SectionText(
            "",
            (
                words["text"].format(
                    received=day_text(department.day(request.received_at)), searched=day_text(department.day(at))
                ),
                words["search"].format(scope=scope, query=query),
            ),
        ),
        SectionText(words["review"], (letter_words()["counselor_review"], letter_words()["judicial_review"])),
    )
