"""The checklist, and the steps that people with names do: mail, store, backup, anchor."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive.access.mail_models import MailSettings
from archive.access.mailing.route import route_now
from archive.access.mailing.sending import MailFailed
from archive.access.mailing.services import mail_set_up, mail_test
from archive.access.models import Department
from archive.access.pages import actor_of, instant_of, needs
from archive.storage.models import StoredObject
from config.first_run.checklist import Standing, checklist
from config.first_run.chosen import SET_UP, choosable, choose, chosen, in_force
from config.first_run.forms import ZONES, AnchorForm, DepartmentForm, MailForm, PlaceForm, TestMailForm
from config.first_run.founding import department_change
from config.first_run.trying import place_trouble, store_trouble

ANCHORS = {
    "tsa": "DAYBOOK_LOG_TSA",
    "mail": "DAYBOOK_LOG_ANCHOR_MAIL",
    "worm": "DAYBOOK_LOG_WORM_URL",
    "witnesses": "DAYBOOK_LOG_WITNESSES",
}


@require_safe
@needs(SET_UP, "integrity.read")
def setup(request: HttpRequest) -> HttpResponse:
    """Every step as it stands now."""
    steps = checklist(instant_of(request))
    told = {"steps": steps, "left": sum(not step.done for step in steps), "standing": Standing}
    return render(request, "first_run/checklist.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SET_UP)
def department(request: HttpRequest) -> HttpResponse:
    """Name, zone, fiscal year."""
    kept = Department.objects.get()
    initial = {"name": kept.name, "zone": kept.zone, "month": kept.fiscal_year_start_month}
    form = DepartmentForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        department_change(**form.cleaned_data, actor=actor_of(request), at=instant_of(request))
        messages.success(request, _("The department's name and calendar are kept."))
        return redirect("setup")
    return _step(
        request,
        form,
        _("Department"),
        lead=_("From now on days, and so due dates, are counted in this zone."),
        zones=ZONES,
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs(SET_UP)
def mail(request: HttpRequest) -> HttpResponse:
    """By which server e-mail goes, and a test message."""
    row = MailSettings.objects.first()
    names = ("host", "port", "security", "username", "sender", "site")
    initial = {name: getattr(row, name) for name in names} if row and row.host else {}
    initial.setdefault("site", f"{request.scheme}://{request.get_host()}")
    form = MailForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        mail_set_up(**form.cleaned_data, actor=actor_of(request), at=instant_of(request))
        messages.success(request, _("The mail server is kept. Send a test message now."))
        return redirect("setup-mail")
    return _mail_page(request, form, TestMailForm(initial={"to": actor_of(request).person.email}))


@require_POST
@needs(SET_UP)
def mail_tested(request: HttpRequest) -> HttpResponse:
    """Send a test message now and say what happened."""
    form = TestMailForm(request.POST)
    if not form.is_valid():
        return _mail_page(request, MailForm(), form)
    try:
        failure = mail_test(to=form.cleaned_data["to"], actor=actor_of(request), at=instant_of(request))
    except MailFailed as error:
        failure = str(error)
    if failure:
        messages.error(request, _("The message was not sent. %(why)s") % {"why": failure})
    else:
        told = _("The mail server took the message for %(to)s. Look whether it arrives.")
        messages.success(request, told % {"to": form.cleaned_data["to"]})
    return redirect("setup-mail")


def _mail_page(request: HttpRequest, form: MailForm, test: TestMailForm) -> HttpResponse:
    told = {
        "form": form,
        "test": test,
        "row": MailSettings.objects.first(),
        "route": route_now(),
        "trail": _trail(_("E-mail")),
    }
    return render(request, "first_run/mail.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SET_UP)
def store(request: HttpRequest) -> HttpResponse:
    """Where the bytes of evidence lie, and their second copy."""
    places: dict[str, tuple[Any, bool]] = {}
    if choosable("STORAGE_URL") and not StoredObject.objects.exists():
        places["STORAGE_URL"] = (_("The store"), True)
    if choosable("STORAGE_COPY_URL"):
        places["STORAGE_COPY_URL"] = (_("Second copy of every object"), False)
    lead = _(
        "Best a bucket with Object Lock, and the second copy in another account. What is captured stays where it was "
        "put, so the first store is chosen before the first capture."
    )
    return _places(request, places, _("The store of evidence"), lead, store_trouble)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SET_UP)
def backup(request: HttpRequest) -> HttpResponse:
    """Where backups go."""
    places: dict[str, tuple[Any, bool]] = {}
    if choosable("BACKUP_URL"):
        places["BACKUP_URL"] = (_("The second place"), True)
    lead = _(
        "On another disk, better on another machine or in another account. Backups are sealed: whoever has the place "
        "reads nothing without the recovery sheet."
    )
    return _places(request, places, _("A backup in a second place"), lead, lambda url, _name: place_trouble(url))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SET_UP)
def anchor(request: HttpRequest) -> HttpResponse:
    """Who outside holds checkpoints of the log."""
    title = _("One outside anchor of the log")
    lead = _(
        "The log shows that nothing in it was changed; somebody outside shows since when. Each is asked by itself, and "
        "none ever holds up a capture."
    )
    names = {field: name for field, name in ANCHORS.items() if choosable(name)}
    form = AnchorForm(
        request.POST if request.method == "POST" else None,
        initial={field: chosen(name) or in_force(name) for field, name in ANCHORS.items()},
    )
    for field in ANCHORS.keys() - names.keys():
        del form.fields[field]
    if names and form.is_valid():
        values = {name: form.cleaned_data[field] for field, name in names.items()}
        choose(values, actor=actor_of(request), at=instant_of(request))
        messages.success(request, _("Kept. It is in force when Daybook begins the next time."))
        return redirect("setup")
    return _step(
        request, form, title, lead=lead, fixed=[(n, in_force(n)) for n in ANCHORS.values() if not choosable(n)]
    )


def _places(
    request: HttpRequest, places: dict[str, tuple[Any, bool]], title: str, lead: str, trouble: Any
) -> HttpResponse:
    form = PlaceForm(
        request.POST if request.method == "POST" else None,
        places=places,
        initial={name: chosen(name) or in_force(name) for name in places},
    )
    if places and form.is_valid():
        for name, url in list(form.cleaned_data.items()):
            if url and url != in_force(name) and (why := trouble(url, name)):
                form.add_error(name, why)
    if places and request.method == "POST" and not form.errors:
        choose(form.cleaned_data, actor=actor_of(request), at=instant_of(request))
        messages.success(request, _("Tried and kept. It is in force when Daybook begins the next time."))
        return redirect("setup")
    shown = (
        {"STORAGE_URL", "STORAGE_COPY_URL"} if "STORAGE_URL" in places or "store" in request.path else {"BACKUP_URL"}
    )
    return _step(
        request,
        form,
        title,
        lead=lead,
        keep=_("Try and keep"),
        fixed=[(n, in_force(n).partition("?")[0]) for n in sorted(shown - places.keys())],
    )


def _step(request: HttpRequest, form: Any, title: str, **told: Any) -> HttpResponse:
    frame = {"form": form, "title": title, "trail": _trail(title), "keep": _("Keep this")}
    return render(request, "first_run/step.html", frame | told)


def _trail(here: str) -> list[tuple[str, str]]:
    return [(reverse("setup"), _("Set-up")), ("", here)]
