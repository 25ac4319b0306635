"""Addresses of letters and of their verification."""

from django.urls import path

from letters.views import letters, verification

urlpatterns = [
    path("letters/of/<uuid:public_id>", letters.latest, name="decision-letter-of"),
    path("letters/<uuid:public_id>", letters.show, name="decision-letter"),
    path("letters/<uuid:public_id>/pdf", letters.pdf, name="decision-letter-pdf"),
    path("verify", verification.form, name="decision-verify"),
    path("verify/<str:code>", verification.by_code, name="decision-verify-code"),
]
