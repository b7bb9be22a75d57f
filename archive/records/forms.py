"""The search form: what a clerk may ask, read from an address into filters."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from archive.access import policy
from archive.access.actor import Actor
from archive.accounts.models import Account
from archive.records.authors import AuthorChoice, authors_named
from archive.records.filters import FILTERS, FilterOption, RecordFilter
from archive.records.names import KINDS, STATES
from archive.records.query import MAX_CHARACTERS
from archive.records.search import FilterError, Filters

FIRST_YEAR = 2004  #: no page of a department is older than the networks


class SearchForm(forms.Form):
    """Words and filters. Every field may be empty; `filters` is what a valid form asks for."""

    errors_heading = _("The search was not run")

    q = forms.CharField(label=_("Words"), required=False, max_length=MAX_CHARACTERS * 2)
    kind = forms.MultipleChoiceField(
        label=_("Kind"), required=False, choices=list(KINDS.items()), widget=forms.CheckboxSelectMultiple
    )
    state = forms.MultipleChoiceField(
        label=_("State"), required=False, choices=list(STATES.items()), widget=forms.CheckboxSelectMultiple
    )
    account = forms.MultipleChoiceField(label=_("Account"), required=False, widget=forms.CheckboxSelectMultiple)
    author = forms.CharField(
        label=_("Author"),
        required=False,
        max_length=300,
        help_text=_("A handle such as @ann, or the network's own id."),
    )
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Up to and including"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hold = forms.BooleanField(label=_("Only what is on hold"), required=False)

    def __init__(self, data: QueryDict | Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
        super().__init__(data)
        self.actor, self.at = actor, at
        self.accounts = list(policy.visible(actor, Account.objects.all(), at).order_by("name", "pk"))
        self.fields["account"].choices = [(str(a.ref), a.name) for a in self.accounts]  # type: ignore[attr-defined]
        years = [(str(year), str(year)) for year in range(at.year + 1, FIRST_YEAR - 1, -1)]
        self.fields["year"].choices = [("", _("Any year")), *years]  # type: ignore[attr-defined]
        self.further: list[tuple[RecordFilter, Sequence[FilterOption]]] = []
        for one in FILTERS.all():
            options = one.options(actor, at)
            self.further.append((one, options))
            self.fields[one.name] = forms.ChoiceField(
                label=str(one.title), required=False, choices=[("", _("Any")), *((o.code, o.title) for o in options)]
            )
        self.authors: list[AuthorChoice] = []

    def clean_author(self) -> str:
        """Find the author; none or several are said in a sentence."""
        asked: str = self.cleaned_data["author"].strip()
        if not asked:
            return ""
        self.authors = authors_named(asked, actor=self.actor, at=self.at)
        if not self.authors:
            raise forms.ValidationError(
                _("Nobody is known by that handle or id. Write the handle as the network shows it, such as @ann.")
            )
        if len(self.authors) > 1:
            raise forms.ValidationError(_("More than one author wrote under that handle. Choose one of them below."))
        return asked

    def clean(self) -> dict[str, Any]:
        """Hold the filters together."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self._filters = self._read(cleaned)
            except FilterError as error:
                self.add_error(None, str(error))
        return cleaned

    @property
    def words(self) -> str:
        """The words asked for, as typed."""
        return str(self.cleaned_data.get("q", ""))

    @property
    def filters(self) -> Filters:
        """The filters of a valid form."""
        return self._filters

    @property
    def asks(self) -> bool:
        """Whether anything at all narrows the search."""
        return bool(self.words.strip()) or self._filters != Filters()

    @property
    def filters_wrong(self) -> bool:
        """Whether a filter, and not only the words, has to be mended."""
        return any(name != "q" for name in self.errors)

    def asked(self) -> Iterator[tuple[str, str]]:
        """Yield the names and values of the query, for a form that sends them on."""
        for name in self.fields:
            for value in self.data.getlist(name) if isinstance(self.data, QueryDict) else [self.data.get(name, "")]:
                if value:
                    yield name, str(value)

    def _read(self, cleaned: Mapping[str, Any]) -> Filters:
        chosen = set(cleaned.get("account", ()))
        columns: dict[str, tuple[int, ...]] = {"series_id": ()}
        for one, options in self.further:
            columns[one.column] = tuple(o.value for o in options if o.code == cleaned.get(one.name))
        return Filters(
            account_ids=tuple(account.pk for account in self.accounts if str(account.ref) in chosen),
            author_id=self.authors[0].author_id if self.authors else None,
            kinds=tuple(cleaned.get("kind", ())),
            states=tuple(cleaned.get("state", ())),
            series_ids=columns["series_id"],
            years=(cleaned["year"],) if cleaned.get("year") else (),
            since=cleaned.get("since"),
            until=cleaned.get("until"),
            on_hold=bool(cleaned.get("hold")),
        )
