"""The pages of the envelopes."""

from django.urls import path

from funding import views

urlpatterns = [
    path("envelopes", views.index, name="envelope-list"),
    path("envelopes/<uuid:public_id>", views.statement_page, name="envelope-statement"),
    path("envelopes/<uuid:public_id>/csv", views.statement_csv, name="envelope-csv"),
]
