"""A page that shows every partial and form frame at once, so that a page built of them starts without a fault."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.safestring import mark_safe

from archive.access.actor import Actor
from archive.documents.html import render as document_html
from archive.paging import Page
from archive.waiting import Waiting
from config.urls import urlpatterns as product
from tests.archive.documents.samples import a_charted_report, a_record_sheet, a_thread
from tests.config.desk.test_forms import Example

DOCUMENTS = (a_record_sheet, a_thread, a_charted_report)

_PAGE = """{% extends "base.html" %}{% load desk static %}
{% block title %}Components{% endblock %}
{% block head %}{% include "partials/htmx.html" %}
  <link rel="stylesheet" href="{% static "document.css" %}">
{% endblock %}
{% block crumbs %}{% include "partials/crumbs.html" %}{% endblock %}
{% block heading %}Components{% endblock %}
{% block content %}
  <p>{{ at|moment }} <a href="/">a link</a></p>
  <form class="usa-form" method="post" novalidate>
    {{ form }}
    <button class="usa-button" type="submit">Send</button>
  </form>
  {% include "partials/paging.html" %}
  {% include "partials/empty.html" with what="Nothing here" how="It comes when it comes." %}
  {{ document }}
{% endblock %}"""


def components(request: HttpRequest) -> HttpResponse:
    for level in (messages.info, messages.success, messages.warning, messages.error):
        level(request, "Something was said")
    context = {
        "at": timezone.now(),
        "trail": [("/", "Today"), ("", "Components")],
        "form": Example({"remark": "x"}),
        "page": Page([], "before", "after"),
        "document": mark_safe("".join("".join(document_html(each(), first_heading_level=2)) for each in DOCUMENTS)),
    }
    template = engines["django"].from_string(_PAGE)
    return HttpResponse(template.render(context, request))


def plain_form(request: HttpRequest) -> HttpResponse:
    return render(request, "entrance/sign_in.html", {"form": Example()})


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    """A page with a picture without words and a style written into it."""
    return HttpResponse('<html><body><style>p {color: red}</style><img src="/static/daybook.svg"></body></html>')


def much(actor: Actor, at: datetime) -> list[Waiting]:
    today = at.date()
    dues = [today - timedelta(days=3), today, today + timedelta(days=2), today + timedelta(days=30), None]
    return [Waiting(f"Answer {n}" + "x" * 60 * n, due, "/", "It waits. " * 9) for n, due in enumerate(dues)]


urlpatterns: list[URLPattern | URLResolver] = [
    *product,
    path("components/", components),
    path("plain-form/", plain_form),
    path("broken/", broken),
]
