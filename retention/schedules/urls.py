"""The addresses of schedules."""

from django.urls import path

from retention.schedules import views

urlpatterns = [
    path("", views.schedules, name="schedules"),
    path("adopt/", views.adopt, name="schedule-adopt"),
    path("adopt-starter/", views.adopt_starter, name="schedule-adopt-starter"),
    path("series/<slug:code>/shorten/", views.shorten, name="series-shorten"),
    path("unscheduled/", views.unscheduled, name="unscheduled"),
    path("unscheduled/assign/", views.assign, name="unscheduled-assign"),
]
