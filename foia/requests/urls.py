"""Addresses under /requests/."""

from django.urls import URLPattern, path

from foia.requests import adopting, views
from foia.requests.acts import ACTS

urlpatterns: list[URLPattern] = [
    path("", views.request_list, name="requests"),
    path("take/", views.take, name="request-take"),
    path("holidays/", adopting.holiday_years, name="holidays"),
    path("holidays/<int:year>/", adopting.holiday_year, name="holiday-year"),
    path("review-office/", adopting.review_office, name="review-office"),
    path("<uuid:ref>/", views.request_page, name="request"),
    path("<uuid:ref>/search/", views.search_page, name="request-search"),
    path("<uuid:ref>/letters/<uuid:letter>/", views.letter_page, name="letter"),
    path("<uuid:ref>/letters/<uuid:letter>/letter.pdf", views.letter_pdf, name="letter-pdf"),
    *(path(f"<uuid:ref>/{act.code}/", views.act_view(act), name=f"request-{act.code}") for act in ACTS),
]
