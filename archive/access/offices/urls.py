"""The addresses of people and offices."""

from django.urls import path

from archive.access.offices import promised_views, views

urlpatterns = [
    path("", views.offices, name="offices"),
    path("authority/", views.authority, name="authority"),
    path("appoint/", views.appointing, name="office-appoint"),
    path("add/", views.founding, name="office-add"),
    path("away/", views.absent, name="office-away"),
    path("away/<uuid:ref>/back/", views.back, name="office-back"),
    path("designate/", views.designating, name="office-designate"),
    path("designations/<uuid:ref>/end/", views.undesignating, name="designation-end"),
    path("appointments/<uuid:ref>/end/", views.ending, name="appointment-end"),
    path("promised/<uuid:ref>/", promised_views.promised, name="office-promised"),
    path("office/<slug:code>/", views.office, name="office"),
    path("office/<slug:code>/rename/", views.renaming, name="office-rename"),
    path("office/<slug:code>/retire/", views.retiring, name="office-retire"),
]
