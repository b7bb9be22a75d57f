"""Addresses of a request's review, under /requests/REF/review/."""

from django.urls import URLPattern, path

from foia.review import views

urlpatterns: list[URLPattern] = [
    path("", views.review_latest, name="review-latest"),
    path("<uuid:collection>/", views.review_page, name="review"),
    path("<uuid:collection>/decide/", views.decide, name="review-decide"),
    path("<uuid:collection>/confirm/", views.confirm, name="review-confirm"),
    path("<uuid:collection>/<int:n>/", views.item_page, name="review-item"),
]
