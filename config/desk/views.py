"""The pages of the desk itself."""

from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.pages import actor_of, instant_of
from config.desk.signing_in import SignInForm
from config.desk.today import day_of
from config.desk.zone import department_of


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What waits for the person who looks, by due day."""
    at = instant_of(request)
    department = department_of(request)
    date = department.day(at) if department else at.date()
    day = day_of(actor_of(request), at=at, today=date)
    return render(request, "desk/today.html", {"day": day, "date": date})


class SignIn(LoginView):
    """Signing in with name and password; the audit has an entry of each."""

    template_name = "desk/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """Sign the person in and write the entry, both or neither."""
        with transaction.atomic():
            user = form.get_user()
            audit(
                Actor(user=user),
                "access.sign-in",
                at=instant_of(self.request),
                object_kind="person",
                object_ref=user.ref,
            )
            return super().form_valid(form)
