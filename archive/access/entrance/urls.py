"""The addresses of the way in, under our names. Those that allauth asks for by name keep its names."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from archive.access.entrance import again, invitations, own, ways_in

urlpatterns = [
    path("sign-in/", ways_in.SignIn.as_view(), name="account_login"),
    path("sign-in/second/", ways_in.SecondStep.as_view(), name="mfa_authenticate"),
    path("sign-in/key/", ways_in.SignInWithKey.as_view(), name="mfa_login_webauthn"),
    path("sign-in/department/cancelled/", ways_in.provider_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/department/<str:provider_id>/", ways_in.provider, name="openid_connect_login"),
    path("sign-in/department/<str:provider_id>/back/", ways_in.provider_back, name="openid_connect_callback"),
    path("sign-in/invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("sign-in/again/", again.Password.as_view(), name="account_reauthenticate"),
    path("sign-in/again/code/", again.Code.as_view(), name="mfa_reauthenticate"),
    path("sign-in/again/key/", again.Key.as_view(), name="mfa_reauthenticate_webauthn"),
    path("sign-in/again/cover/", again.cover_now, name="cover"),
    path("sign-in/again/awake/", again.awake, name="awake"),
    path("sign-in/again/kept/", again.kept, name="kept-form"),
    path("sign-in/device/", ways_in.device, name="device-asked"),
    path("sign-in/set-up/", own.set_up, name="second-factor"),
    path("sign-out/", LogoutView.as_view(), name="account_logout"),
    path("me/", own.own, name="mfa_index"),
    path("me/password/", own.password, name="account_change_password"),
    path("me/app/", own.App.as_view(), name="mfa_activate_totp"),
    path("me/app/remove/", own.AppRemove.as_view(), name="mfa_deactivate_totp"),
    path("me/keys/add/", own.KeyAdd.as_view(), name="mfa_add_webauthn"),
    path("me/keys/<int:pk>/remove/", own.KeyRemove.as_view(), name="mfa_remove_webauthn"),
    path("me/codes/", own.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("me/codes/new/", own.CodesNew.as_view(), name="mfa_generate_recovery_codes"),
    path("me/sessions/<uuid:ref>/end/", own.session_ended, name="session-end"),
]
