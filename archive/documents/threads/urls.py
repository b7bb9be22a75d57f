"""Addresses of threads on paper."""

from django.urls import URLPattern, path

from archive.documents.threads import views

urlpatterns: list[URLPattern] = [
    path("records/<uuid:ref>/thread/", views.thread_page, name="record-thread"),
    path("records/<uuid:ref>/thread.pdf", views.thread_pdf, name="record-thread-pdf"),
]
