"""Addresses under /release/, open to whoever holds a link."""

from django.urls import URLPattern, path

from foia.production import public

urlpatterns: list[URLPattern] = [
    path("<str:token>/", public.release_page, name="release"),
    path("<str:token>/bundle/", public.release_bundle, name="release-bundle"),
]
