"""The addresses of the set-up."""

from django.urls import path

from config.first_run import set_up_views, views

urlpatterns = [
    path("begin/", views.begin, name="begin"),
    path("begin/department/", views.begin_department, name="begin-department"),
    path("begin/people/", views.begin_people, name="begin-people"),
    path("", set_up_views.setup, name="setup"),
    path("department/", set_up_views.department, name="setup-department"),
    path("mail/", set_up_views.mail, name="setup-mail"),
    path("mail/test/", set_up_views.mail_tested, name="setup-mail-test"),
    path("store/", set_up_views.store, name="setup-store"),
    path("backup/", set_up_views.backup, name="setup-backup"),
    path("anchor/", set_up_views.anchor, name="setup-anchor"),
]
