"""Addresses of the pages that gather, and of the frame."""

from django.urls import path

from desk.views import components, frame, home, people, profile

urlpatterns = [
    path("", home.home, name="home"),
    path("brand.css", frame.brand, name="brand"),
    path("session/stay", frame.stay, name="session-stay"),
    path("components", components.show, name="components"),
    path("account/profile", profile.show, name="profile"),
    path("people", people.index, name="people"),
    path("people/invite", people.invite, name="people-invite"),
    path("people/invitations/<uuid:invitation>/cancel", people.cancel_invitation, name="people-invitation-cancel"),
    path("people/<uuid:public_id>", people.person, name="person"),
    path("people/<uuid:public_id>/give/<slug:kind>", people.give, name="person-give"),
    path("people/<uuid:public_id>/end", people.end, name="person-end"),
]
