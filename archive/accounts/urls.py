"""Addresses that change the department's pages."""

from django.urls import path

from archive.accounts.views import approve, connect, propose

urlpatterns = [
    path("accounts/propose/", propose, name="account-propose"),
    path("accounts/<uuid:ref>/approve/", approve, name="account-approve"),
    path("accounts/<uuid:ref>/connect/", connect, name="account-connect"),
]
