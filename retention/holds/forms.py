"""The forms of holds."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.records.names import KINDS
from retention.holds.models import HoldKind
from retention.holds.names import HOLD_KINDS
from retention.holds.services import WORDS_LIMIT

REFS_LIMIT = 5_000
_REF = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NO_STANDING, EVERY_PAGE = "", "every"


class PlaceForm(forms.Form):
    """Why something is kept, and what: a page from now on, what a search found, or records by name."""

    kind = forms.ChoiceField(label=_("Why it is kept"), choices=[(kind.value, HOLD_KINDS[kind]) for kind in HoldKind])
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Name the suit, audit, request or case, so that another person can tell when it is over."),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    standing = forms.ChoiceField(
        label=_("Keep everything of a page"),
        help_text=_("Covers what was captured of it and what is captured while the hold is in force."),
        required=False,
    )
    record_kind = forms.ChoiceField(
        label=_("Of that page, only this kind"),
        choices=[("", _("Every kind")), *KINDS.items()],
        required=False,
    )
    run = forms.ChoiceField(
        label=_("Keep what a search found"),
        help_text=_("Searches that were frozen: the hold covers what was found then, not what is captured later."),
        required=False,
    )
    records = forms.CharField(
        label=_("Keep these records"),
        help_text=_("The reference or the address of each record, one to a line."),
        max_length=300 * REFS_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    errors_heading = _("No hold was placed")

    def __init__(self, *args: Any, pages: Mapping[str, str], runs: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["standing"].choices = [  # type: ignore[attr-defined]
            (NO_STANDING, _("No page")),
            (EVERY_PAGE, _("Every page")),
            *pages.items(),
        ]
        self.fields["run"].choices = [("", _("No search")), *runs.items()]  # type: ignore[attr-defined]

    def clean_records(self) -> list[uuid.UUID]:
        """Read the references out of whatever was pasted; a line without one is an error that quotes it."""
        lines = [line.strip() for line in self.cleaned_data["records"].splitlines() if line.strip()]
        refs: list[uuid.UUID] = []
        for line in lines:
            found = _REF.findall(line)
            if not found:
                raise forms.ValidationError(
                    _("“%(line)s” holds no reference of a record."), params={"line": line[:80]}, code="reference"
                )
            refs += [uuid.UUID(one) for one in found]
        if len(refs) > REFS_LIMIT:
            raise forms.ValidationError(
                _("Name up to %(limit)d records at once, or freeze a search and take what it found."),
                params={"limit": REFS_LIMIT},
                code="too-many",
            )
        return refs

    def clean(self) -> dict[str, Any]:
        """Refuse a hold that covers nothing."""
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned["standing"] or cleaned["run"] or cleaned["records"]):
            raise forms.ValidationError(_("Say what the hold covers: a page, a search or records."), code="empty")
        if not self.errors and cleaned["record_kind"] and not cleaned["standing"]:
            self.add_error("standing", _("Choose the page of which this kind is kept, or every page."))
        return cleaned


class ReleaseForm(forms.Form):
    """Why a hold is over."""

    reason = forms.CharField(
        label=_("Why it is over"),
        help_text=_("For example: the case was dismissed on March 3, and counsel agrees."),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    errors_heading = _("The hold is still in force")
