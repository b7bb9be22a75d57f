"""Addresses under /productions/."""

from django.urls import URLPattern, path

from foia.production import page_views, views

urlpatterns: list[URLPattern] = [
    path("", views.production_list, name="productions"),
    path("new/<uuid:collection>/", views.number, name="production-number"),
    path("<uuid:ref>/", views.production_page, name="production"),
    path("<uuid:ref>/progress/", views.progress, name="production-progress"),
    path("<uuid:ref>/letter/", views.letter, name="production-letter"),
    path("<uuid:ref>/build/", views.build, name="production-build"),
    path("<uuid:ref>/cancel/", views.cancel, name="production-cancel"),
    path("<uuid:ref>/bundle/", views.bundle, name="production-bundle"),
    path("<uuid:ref>/pages/<int:number>/", page_views.page, name="production-sheet"),
    path("<uuid:ref>/pages/<int:number>/pictures/<int:n>/", page_views.picture, name="production-picture"),
    path("<uuid:ref>/release/", views.release, name="production-release"),
    path("<uuid:ref>/releases/<uuid:release>/revoke/", views.revoke, name="release-revoke"),
]
