"""The partner's pages."""

from django.urls import path

from reports import views

urlpatterns = [
    path("partner", views.home, name="partner-home"),
    path("partner/awards", views.awards, name="partner-awards"),
    path("partner/keys", views.keys, name="partner-keys"),
    path("partner/keys/new", views.create_key, name="partner-key-create"),
    path("partner/keys/<uuid:public_id>/revoke", views.revoke_key, name="partner-key-revoke"),
    path("partner/calls", views.calls, name="partner-calls"),
]
