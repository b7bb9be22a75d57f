"""Addresses of the public check of bundles."""

from django.urls import URLPattern, path

from archive.packages import views

urlpatterns: list[URLPattern] = [
    path("", views.verify_page, name="verify"),
    path("<str:name>", views.verify_file, name="verify-file"),
]
