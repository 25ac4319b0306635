"""Addresses of the demonstration. The first takes the place of the usual sign-in page."""

from django.urls import path

from demo import views

urlpatterns = [
    path("sign-in", views.sign_in, name="account_login"),
    path("demo/sign-in/<uuid:public_id>", views.sign_in_as, name="demo-sign-in"),
]
