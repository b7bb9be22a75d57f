"""The forms of offices."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.access.capability_names import CAPABILITIES
from archive.access.models import Office, User
from archive.access.offices.appointing import How
from archive.access.offices.designating import designable
from archive.access.policy import office_table

HOW = {
    How.HOLDER: _("Holder"),
    How.ACTING: _("Acting, for a time"),
    How.DEPUTY: _("Deputy, when no holder is there"),
}
FAR = date(2200, 1, 1)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among the people who are let in."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", _("Choose a person"))
        super().__init__(User.objects.filter(is_active=True).order_by("name"), to_field_name="ref", **kwargs)


class DayField(forms.DateField):
    """A day, written as the browser's own calendar gives it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)

    def clean(self, value: Any) -> Any:
        """Refuse days that no calendar of a department reaches."""
        day = super().clean(value)
        if day is not None and not date(2000, 1, 1) <= day < FAR:
            raise forms.ValidationError(_("Write a day of this century."), code="far")
        return day


class AppointForm(forms.Form):
    """Who gets which office, in which way, from when to when."""

    person = PersonField(label=_("Person"))
    office = forms.ModelChoiceField(
        Office.objects.filter(retired_at=None).order_by("name"), label=_("Office"), empty_label=_("Choose an office")
    )
    how = forms.ChoiceField(label=_("In which way"), choices=[(how.value, name) for how, name in HOW.items()])
    since = DayField(label=_("First day"))
    until = DayField(
        label=_("Last day"), required=False, help_text=_("Leave it empty for a holder whose time has no end yet.")
    )
    errors_heading = _("Nobody was appointed")


class EndForm(forms.Form):
    """The last day of an appointment."""

    until = DayField(
        label=_("Last day"), required=False, help_text=_("Leave it empty to end the appointment at this moment.")
    )
    errors_heading = _("The appointment was not ended")


class OfficeForm(forms.Form):
    """An office of the department's own."""

    name = forms.CharField(label=_("Name"), max_length=100)
    code = forms.SlugField(
        label=_("Code"), max_length=32, help_text=_("Small letters, digits and dashes. It never changes.")
    )
    authority = forms.ChoiceField(label=_("It has the authority of"))
    errors_heading = _("No office was added")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].choices = [(code, name) for code, (name, _may) in office_table().items()]  # type: ignore[attr-defined]


class NameForm(forms.Form):
    """What the department calls an office."""

    name = forms.CharField(label=_("Name"), max_length=100)
    errors_heading = _("The name was not changed")


class AbsenceForm(forms.Form):
    """From when to when somebody is away."""

    person = PersonField(label=_("Who is away"))
    since = DayField(label=_("First day"))
    until = DayField(label=_("Last day"))
    errors_heading = _("No absence was noted")


class DesignateForm(forms.Form):
    """What of an office somebody may do for a time."""

    what = forms.ChoiceField(label=_("Authority"))
    person = PersonField(label=_("Designee"))
    since = DayField(label=_("First day"))
    until = DayField(label=_("Last day"), help_text=_("A designation always ends, at the latest after a year."))
    errors_heading = _("Nobody was designated")

    def __init__(self, *args: Any, offices: list[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (office.name, [(f"{office.code}/{one}", CAPABILITIES.get(one, one)) for one in sorted(designable(office))])
            for office in offices
        ]
