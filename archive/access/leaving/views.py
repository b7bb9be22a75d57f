"""The page on which a person leaves."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from archive.access.duties import DUTIES
from archive.access.leaving.services import MANAGE, LeavingRefused, person_leave, rehearse
from archive.access.models import User
from archive.access.pages import actor_of, instant_of, needs


class LeavingForm(forms.Form):
    """Who takes over what, by kind, and why the person leaves."""

    words = forms.CharField(
        label=gettext_lazy("Why the person leaves"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    errors_heading = gettext_lazy("The person has not left")

    def __init__(self, data: Any = None, *, person: User, kinds: Mapping[str, Any]) -> None:
        super().__init__(data)
        people = User.objects.filter(is_active=True).exclude(pk=person.pk).order_by("name")
        for kind, name in kinds.items():
            self.fields[f"heir-{kind}"] = forms.ModelChoiceField(
                people, label=name, to_field_name="ref", required=False, empty_label=gettext_lazy("Nobody yet")
            )
        self.order_fields([*(f"heir-{kind}" for kind in kinds), "words"])

    def heirs(self) -> dict[str, User]:
        """Return the heirs named, by kind."""
        found = getattr(self, "cleaned_data", {})
        return {name[5:]: heir for name, heir in found.items() if name.startswith("heir-") and heir is not None}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(MANAGE)
def leaving(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """What a person holds and who takes it over: rehearsed as often as wanted, then done."""
    actor, at = actor_of(request), instant_of(request)
    person = get_object_or_404(User, ref=ref)
    kinds = {kind.kind: kind.name for kind in DUTIES.all() if kind.held(person, at)}
    form = LeavingForm(request.POST if request.method == "POST" else None, person=person, kinds=kinds)
    rehearsal = "leave" not in request.POST
    if form.is_valid() and not rehearsal:
        try:
            person_leave(person=person, heirs=form.heirs(), words=form.cleaned_data["words"], actor=actor, at=at)
        except LeavingRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(name)s has left. Everything has its heir.") % {"name": person.name})
            return redirect("person", ref=ref)
    parts = rehearse(person, form.heirs(), actor=actor, at=at)
    told = {
        "person": person,
        "parts": parts,
        "left": [part for part in parts if part.trouble],
        "form": form,
        "rehearsed": request.method == "POST",
        "oneself": person == actor.person,
        "trail": [
            (reverse("people"), _("People")),
            (reverse("person", args=[ref]), person.name),
            ("", _("Leaving")),
        ],
    }
    return render(request, "leaving/page.html", told)
