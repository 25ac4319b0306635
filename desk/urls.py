"""Addresses of the pages that gather, and of the frame."""

from django.urls import path

from desk.views import components, frame

urlpatterns = [
    path("brand.css", frame.brand, name="brand"),
    path("session/stay", frame.stay, name="session-stay"),
    path("components", components.show, name="components"),
]
