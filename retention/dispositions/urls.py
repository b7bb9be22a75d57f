"""The addresses of dispositions."""

from django.urls import path

from retention.dispositions import step_views, views

urlpatterns = [
    path("", views.dispositions, name="dispositions"),
    path("propose/", views.propose, name="disposition-propose"),
    path("work/<uuid:ref>/", views.work, name="disposition-work"),
    path("work/<uuid:ref>/stop/", views.stop, name="disposition-stop"),
    path("<uuid:ref>/", views.disposition, name="disposition"),
    path("<uuid:ref>/endorse/", step_views.endorse, name="disposition-endorse"),
    path("<uuid:ref>/approve/", step_views.approve, name="disposition-approve"),
    path("<uuid:ref>/file/", step_views.file, name="disposition-file"),
    path("<uuid:ref>/return/", step_views.returned, name="disposition-return"),
    path("<uuid:ref>/deny/", step_views.deny, name="disposition-deny"),
    path("<uuid:ref>/withdraw/", step_views.withdraw, name="disposition-withdraw"),
    path("<uuid:ref>/execute/", step_views.execute, name="disposition-execute"),
]
