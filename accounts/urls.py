"""Addresses of signing in (only the parts of the library that we use) and of organisations."""

from allauth.account import views as signing
from django.urls import path, re_path

from accounts.views import invitations, organisations

urlpatterns = [
    path("sign-in", signing.login, name="account_login"),
    path("sign-out", signing.logout, name="account_logout"),
    path("sign-up", signing.signup, name="account_signup"),
    path("account/closed", signing.account_inactive, name="account_inactive"),
    path("account/confirm", signing.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^account/confirm/(?P<key>[-:\w]+)$", signing.confirm_email, name="account_confirm_email"),
    path("account/again", signing.reauthenticate, name="account_reauthenticate"),
    path("account/password", signing.password_change, name="account_change_password"),
    path("account/password/first", signing.password_set, name="account_set_password"),
    path("account/password/reset", signing.password_reset, name="account_reset_password"),
    path("account/password/reset/sent", signing.password_reset_done, name="account_reset_password_done"),
    path(
        "account/password/reset/done",
        signing.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$",
        signing.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("organisations", organisations.index, name="organisation-list"),
    path("organisations/new", organisations.register, name="organisation-register"),
    path("organisations/<uuid:public_id>", organisations.show, name="organisation"),
    path("organisations/<uuid:public_id>/edit", organisations.edit, name="organisation-edit"),
    path("organisations/<uuid:public_id>/invite", organisations.invite, name="organisation-invite"),
    path("organisations/<uuid:public_id>/members/<uuid:person>", organisations.member, name="organisation-member"),
    path(
        "organisations/<uuid:public_id>/invitations/<uuid:invitation>/cancel",
        organisations.cancel_invitation,
        name="organisation-invitation-cancel",
    ),
    path("invitations/<str:token>", invitations.show, name="invitation"),
]
