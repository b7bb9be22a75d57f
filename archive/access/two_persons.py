"""The rules that take two persons (design rule 6). The database refuses that one person does both."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class TwoPersons:
    """Whoever used `first` on a thing does not use `second` on it; `constraint` refuses it in the database."""

    code: str
    sentence: str | Promise
    first: str
    second: str
    constraint: str


RULES = (
    TwoPersons(
        "account",
        _("One person proposes a page of the department, another approves it."),
        "account.propose",
        "account.approve",
        "account_not_self_approved",
    ),
    TwoPersons(
        "disposition",
        _("One person endorses a list for disposal, another approves it."),
        "disposition.propose",
        "disposition.approve",
        "disposition_not_self_approved",
    ),
    TwoPersons(
        "shortening",
        _("One person adopts a shorter period, another lets it apply to what is kept already."),
        "schedule.adopt",
        "disposition.approve",
        "shortening_not_self_approved",
    ),
    TwoPersons(
        "legal-hold",
        _("One person places a legal hold, another lifts it."),
        "hold.place",
        "hold.release",
        "legal_hold_not_self_released",
    ),
    TwoPersons(
        "review",
        _("One person reviews what a request found, another confirms it."),
        "request.review",
        "request.decide",
        "review_not_self_approved",
    ),
    TwoPersons(
        "release",
        _("Who reviewed a record does not hand it over."),
        "request.review",
        "production.release",
        "release_not_by_reviewer",
    ),
    TwoPersons(
        "appointment",
        _("Nobody appoints themselves: two people must be able to appoint."),
        "office.appoint",
        "office.appoint",
        "appointment_not_of_oneself",
    ),
    TwoPersons(
        "promise",
        _("One person invites somebody to an office with authority over authority, another agrees."),
        "office.appoint",
        "office.appoint",
        "promised_office_second_person",
    ),
    TwoPersons(
        "sign-in",
        _("Nobody lets themselves in again after a lock: two people must be able to."),
        "user.manage",
        "user.manage",
        "sign_in_lock_not_by_oneself",
    ),
    TwoPersons(
        "glass",
        _("One person opens a closed compartment in an emergency, another reviews it."),
        "glass.break",
        "glass.review",
        "broken_glass_not_self_reviewed",
    ),
)
