"""The page behind an invitation: a person chooses their password."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from archive.access import throttle
from archive.access.entrance.addresses import address_of
from archive.access.entrance.forms import ChoosePasswordForm
from archive.access.pages import instant_of
from archive.access.people import invitation_accept, invited_person


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person choose a password; an invitation that is over, or none, looks the same."""
    at = instant_of(request)
    if not throttle.attempt_count(throttle.INVITATION_BY_ADDRESS, address_of(request), at=at):
        return render(request, "entrance/too_many.html", status=429)
    person = invited_person(token, at=at)
    if person is None:
        return render(request, "entrance/invitation_over.html", status=404)
    form = ChoosePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            if invitation_accept(token=token, password=form.cleaned_data["password"], at=at):
                messages.success(request, _("Your password is set. Sign in with it now."))
                return redirect("account_login")
            return render(request, "entrance/invitation_over.html", status=404)
        except ValidationError as error:
            form.add_error("password", error)
    answer = render(request, "entrance/invitation.html", {"form": form, "person": person})
    # The address is the secret, so it is sent nowhere; with no-referrer a browser would call its own form a stranger's.
    answer.headers["Referrer-Policy"] = "strict-origin"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
