"""Alarms of fixity: what cannot be repaired is shown until a person with the authority says why it is closed."""

import uuid
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from archive.access.pages import actor_of, instant_of, needs
from archive.records.models import Media
from archive.storage.alarms import ALARMS, CAPABILITY, WORDS_LIMIT, AlarmRefused, fixity_acknowledge, fixity_alarms
from archive.storage.models import Finding, FixityFinding

MEND = CAPABILITY
LISTED = 20  #: alarms on the page Integrity

WHAT = {
    Finding.IRREPARABLE: _("Cannot be repaired: no store holds a good copy"),
    Finding.UNLOCKED: _("The lock of this copy was made shorter than it had been"),
}


@dataclass(frozen=True, slots=True)
class AlarmShown:
    """An open alarm, in words."""

    finding: FixityFinding
    what: str | Promise


class ReasonForm(forms.Form):
    """Why an alarm is closed."""

    errors_heading = _("The alarm stays open")

    reason = forms.CharField(
        label=_("Why is it closed?"),
        help_text=_("What was found out, what was done, and what was lost. It is kept for ever in the audit."),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def alarms_shown() -> list[AlarmShown]:
    """Return the open alarms, the oldest first, no more than a page takes."""
    return [AlarmShown(one, WHAT[Finding(one.code)]) for one in fixity_alarms()[:LISTED]]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(MEND)
def fixity_alarm(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """One alarm and the form that closes it."""
    finding = get_object_or_404(FixityFinding, ref=ref, code__in=ALARMS)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            fixity_acknowledge(actor=actor_of(request), finding_ref=ref, reason=reason, at=instant_of(request))
        except AlarmRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("The alarm is closed. Fixity goes on looking at the copy."))
            return redirect("integrity")
    media = Media.objects.filter(stored__key=finding.object_key).select_related("record").first()
    return render(
        request,
        "desk/alarm.html",
        {
            "finding": finding,
            "what": WHAT[Finding(finding.code)],
            "record": media.record if media else None,
            "closed": getattr(finding, "acknowledgement", None),
            "form": form,
            "trail": [(reverse("integrity"), gettext("Integrity")), ("", gettext("Alarm"))],
        },
    )
