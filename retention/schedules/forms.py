"""The forms of schedules."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.uploads import TEXT, SniffedFileField

FILE_LIMIT = 500_000  #: bytes of a schedule
CHOSEN = 200  #: holdings put into a series at once


class ScheduleForm(forms.Form):
    """The text of a schedule to adopt."""

    text = SniffedFileField(
        kinds={TEXT},
        most=FILE_LIMIT,
        label=_("Schedule"),
        help_text=_("A TOML file in the form of the starter schedule, with the items of your approved Application."),
    )
    errors_heading = _("No schedule was adopted")

    def clean_text(self) -> tuple[bytes, str]:
        """Read the file up to the limit; return it with its name."""
        file = self.cleaned_data["text"]
        content: bytes = file.read(FILE_LIMIT + 1)
        if len(content) > FILE_LIMIT:
            raise forms.ValidationError(_("A schedule has up to 500 KB."))
        return content, file.name


class AssignForm(forms.Form):
    """Holdings of the queue and the series that they belong to."""

    series = forms.ChoiceField(label=_("Series"))
    errors_heading = _("Nothing was put into a series")

    def __init__(self, *args: Any, series: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"].choices = [("", _("Choose a series")), *series]  # type: ignore[attr-defined]
        self.fields["chosen"] = _Refs(label=_("Records"))


class _Refs(forms.Field):
    """Refs of holdings, as the checkboxes of the queue send them."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"required": _("Choose at least one in the list.")}

    def to_python(self, value: Any) -> list[uuid.UUID]:
        """Return the refs. Raises ValidationError for what is none, or for more than a page can send."""
        try:
            refs = [uuid.UUID(str(one)) for one in value or ()]
        except ValueError as error:
            raise forms.ValidationError(_("Load the page again: it did not send what you chose.")) from error
        if len(refs) > CHOSEN:
            raise forms.ValidationError(_("Choose up to 200 at once."))
        return refs
