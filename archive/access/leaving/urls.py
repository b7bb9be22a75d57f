"""The address of leaving."""

from django.urls import path

from archive.access.leaving import views

urlpatterns = [path("people/<uuid:ref>/leaving/", views.leaving, name="leaving")]
