"""The addresses of people and devices."""

from django.urls import path

from archive.access import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="person-invite"),
    path("people/<uuid:ref>/", views.person, name="person"),
    path("people/<uuid:ref>/invite/", views.person_invited, name="person-invited"),
    path("people/<uuid:ref>/disable/", views.person_disabled, name="person-disable"),
    path("people/<uuid:ref>/enable/", views.person_enabled, name="person-enable"),
    path("people/<uuid:ref>/release/", views.person_released, name="person-release"),
    path("people/<uuid:ref>/factors/", views.person_factors_removed, name="person-factors"),
    path("people/<uuid:ref>/identity/", views.person_identity, name="person-identity"),
    path("people/<uuid:ref>/sessions/<uuid:session>/end/", views.person_session_ended, name="person-session-end"),
    path("devices/", views.devices, name="devices"),
    path("devices/permit/", views.permit, name="device-permit"),
    path("devices/<uuid:ref>/end/", views.permission_ended, name="device-end"),
]
