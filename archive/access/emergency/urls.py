"""The addresses of openings in an emergency."""

from django.urls import path

from archive.access.emergency import views

urlpatterns = [
    path("", views.openings, name="openings"),
    path("<uuid:ref>/", views.opening, name="opening"),
    path("<uuid:ref>/close/", views.closing, name="opening-close"),
]
