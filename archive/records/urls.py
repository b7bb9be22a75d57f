"""Addresses of searching and of records."""

from django.urls import path

from archive.records.search_views import search_page, search_run, search_runs
from archive.records.views import medium, proof, record

urlpatterns = [
    path("search/", search_page, name="search"),
    path("search/runs/", search_runs, name="search-runs"),
    path("search/runs/<uuid:ref>/", search_run, name="search-run"),
    path("records/<uuid:ref>/", record, name="record"),
    path("records/<uuid:ref>/versions/<int:n>/proof/", proof, name="record-proof"),
    path("records/<uuid:ref>/media/<int:number>/", medium, name="record-medium"),
]
