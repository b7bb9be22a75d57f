"""The addresses of holds."""

from django.urls import path

from retention.holds import views

urlpatterns = [
    path("", views.holds, name="holds"),
    path("place/", views.place, name="hold-place"),
    path("<uuid:ref>/", views.hold, name="hold"),
    path("<uuid:ref>/lift/", views.lift, name="hold-lift"),
]
