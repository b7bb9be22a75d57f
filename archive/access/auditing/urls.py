"""The addresses of the audit."""

from django.urls import path

from archive.access.auditing import views

urlpatterns = [
    path("", views.entries, name="audit"),
    path("weeks/", views.weeks_page, name="audit-weeks"),
    path("weeks/<uuid:ref>/", views.week, name="audit-week"),
]
