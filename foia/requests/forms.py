"""Forms by which a request comes in and is worked on. Choices come from what the person sees and the law allows."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.offices.forms import PersonField
from archive.accounts.models import Account
from archive.records.models import Kind, State
from archive.records.names import KINDS, STATES
from archive.records.search import Filters
from foia.requests.clock import track_of
from foia.requests.models import Channel, RecordsRequest, StepKind
from foia.requests.names import CHANNELS, STEPS
from foia.requests.services import NOTES
from foia.requests.steps import WORDS_LIMIT
from retention.holds.services import Scope

MINUTE = "%Y-%m-%dT%H:%M"


class Day(forms.DateInput):
    """A day that the browser helps to pick."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Minute(forms.DateTimeInput):
    """A minute, in the zone of the page, that the browser helps to pick."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format=MINUTE)


class ScopesForm(forms.Form):
    """Which pages and kinds of record a hold covers; nothing ticked means all of them."""

    accounts = forms.MultipleChoiceField(
        label=_("Pages to hold"),
        help_text=_("Tick the pages that the request may be about. With none ticked every page is held."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of record to hold"),
        help_text=_("With none ticked every kind is held."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(kind, KINDS[kind]) for kind in Kind.values],
    )

    def __init__(self, data: Any = None, *, actor: Actor, at: datetime, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._accounts = accounts_by_ref(actor, at)
        _choices(self, "accounts", [(ref, str(account)) for ref, account in self._accounts.items()])

    def scopes(self) -> list[Scope]:
        """Return what was chosen as standing parts of a hold."""
        pages: list[int | None] = [self._accounts[ref].pk for ref in self.cleaned_data["accounts"]]
        return [Scope(page, kind) for page in pages or [None] for kind in self.cleaned_data["kinds"] or [""]]


class IntakeForm(ScopesForm):
    """Taking a request in. When it reached the department is apart from when it is written down, which is now."""

    text = forms.CharField(
        label=_("What is asked for, in the requester's own words"),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    channel = forms.ChoiceField(
        label=_("How it came in"), choices=lambda: [(code, CHANNELS[code]) for code in Channel.values]
    )
    received_at = forms.DateTimeField(
        label=_("When it reached the department"),
        help_text=_("The clock counts from this day, whoever opened it and whenever it is written down here."),
        widget=Minute,
        input_formats=[MINUTE, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    requester = forms.CharField(
        label=_("Who asks"),
        help_text=_("Nobody has to say who they are."),
        max_length=500,
        required=False,
    )
    contact = forms.CharField(
        label=_("Where the answer goes"),
        help_text=_("An address or e-mail address, as it stands on a letter."),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ["text", "channel", "received_at", "requester", "contact", "accounts", "kinds"]


class SearchForm(forms.Form):
    """The words and filters of a search that is sworn to."""

    words = forms.CharField(
        label=_("Words"),
        help_text=_('All words must occur. "Quoted" words stand together, OR and NOT work, road* finds every ending.'),
        max_length=1_000,
        required=False,
        strip=False,
    )
    accounts = forms.MultipleChoiceField(label=_("Pages"), required=False, widget=forms.CheckboxSelectMultiple)
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of record"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(kind, KINDS[kind]) for kind in Kind.values],
    )
    states = forms.MultipleChoiceField(
        label=_("State on the network"),
        help_text=_("With none ticked hidden and removed records are searched too."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(state, STATES[state]) for state in State.values],
    )
    since = forms.DateField(label=_("First day"), required=False, widget=Day)
    until = forms.DateField(label=_("Last day"), required=False, widget=Day)

    def __init__(self, data: Any = None, *, actor: Actor, at: datetime, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._accounts = accounts_by_ref(actor, at)
        _choices(self, "accounts", [(ref, str(account)) for ref, account in self._accounts.items()])

    def filters(self) -> Filters:
        """Return what was chosen as filters. Raises FilterError."""
        given = self.cleaned_data
        return Filters(
            account_ids=tuple(self._accounts[ref].pk for ref in given["accounts"]),
            kinds=tuple(given["kinds"]),
            states=tuple(given["states"]),
            since=given["since"],
            until=given["until"],
        )


class ActForm(forms.Form):
    """A form about one request; without fields it only asks whether one is sure."""

    def __init__(self, data: Any = None, *, about: RecordsRequest, actor: Actor, at: datetime) -> None:
        super().__init__(data)
        self.about = about


class ExtendForm(ActForm):
    """Reasons of 5 ILCS 140/3(e), as the rules in force on the day of receipt list them."""

    reasons = forms.MultipleChoiceField(
        label=_("Reasons that the law allows"), widget=forms.CheckboxSelectMultiple, required=True
    )
    until = forms.DateField(
        label=_("Promise an earlier day"),
        help_text=_("Left empty, the letter names the last day that the law gives."),
        required=False,
        widget=Day,
    )

    def __init__(self, data: Any = None, *, about: RecordsRequest, actor: Actor, at: datetime) -> None:
        super().__init__(data, about=about, actor=actor, at=at)
        track = track_of(about.track, about.received_at)
        reasons = [reason for extension in track.extensions for reason in extension.reasons]
        _choices(self, "reasons", [(reason.code, f"{reason.code}: {reason.text}") for reason in reasons])


class AgreeForm(ActForm):
    """A later day on which both sides agree."""

    until = forms.DateField(label=_("The day agreed on"), widget=Day)
    in_writing = forms.BooleanField(
        label=_("The agreement is in writing"),
        help_text=_("The law ignores one that is not."),
        required=False,
    )


class NoteForm(ActForm):
    """What passed between requester and department."""

    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=lambda: [(kind.value, STEPS[kind]) for kind in StepKind if kind in NOTES],
    )
    words = forms.CharField(label=_("In words"), max_length=WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 5}))


class TeamForm(ActForm):
    """Who works on the request."""

    person = PersonField(label=_("Person"), required=False, empty_label=_("Nobody: change only who sees the file"))
    role = forms.ChoiceField(
        label=_("Their place"),
        choices=[("member", _("Works on it")), ("lead", _("Leads")), ("leave", _("Leaves the team"))],
    )
    closed = forms.BooleanField(label=_("Only the team and those who decide requests see the file"), required=False)
    errors_heading = _("The team was not changed")

    def __init__(self, data: Any = None, *, about: RecordsRequest, **kwargs: Any) -> None:
        super().__init__(data, about=about, **kwargs)
        self.initial["closed"] = about.closed_to_team


class WithdrawForm(ActForm):
    """How the requester took the request back."""

    words = forms.CharField(
        label=_("How they said so"), max_length=WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )


class HoldForm(ScopesForm):
    """What to hold again before a further search."""

    def __init__(self, data: Any = None, *, about: RecordsRequest, actor: Actor, at: datetime) -> None:
        super().__init__(data, actor=actor, at=at)


class ReviewOfficeForm(forms.Form):
    """Where a requester may ask for review of a denial."""

    name = forms.CharField(label=_("Name of the office"), max_length=200)
    address = forms.CharField(label=_("Address"), max_length=300)
    phone = forms.CharField(
        label=_("Telephone"),
        help_text=_("A denial must name it; without it no denial can be issued."),
        max_length=40,
        required=False,
    )
    source = forms.CharField(label=_("Where this was read"), max_length=300)
    verified_on = forms.DateField(
        label=_("Day on which you compared it with what the office itself publishes"),
        help_text=_("Left empty, the address counts as not verified and no denial can be issued with it."),
        required=False,
        widget=Day,
    )


def accounts_by_ref(actor: Actor, at: datetime) -> dict[str, Account]:
    """Return the pages that the actor may see, by ref as text."""
    rows = policy.visible(actor, Account.objects.all(), at).order_by("name", "pk")
    return {str(account.ref): account for account in rows}


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} offers no choices.")
    field.choices = choices
