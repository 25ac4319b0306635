"""Addresses of the pages that gather, and of the frame."""

from django.urls import path

from desk.views import components, files, frame, home, jobs, legal, people, profile, service, trail

urlpatterns = [
    path("", home.home, name="home"),
    path("brand.css", frame.brand, name="brand"),
    path("session/stay", frame.stay, name="session-stay"),
    path("search", files.search, name="search"),
    path("files/<str:reference>", files.show, name="file-detail"),
    path("files/<str:reference>/trail", trail.file, name="trail-file"),
    path("files/<str:reference>/trail.csv", trail.file_csv, name="trail-file-csv"),
    path("trail", trail.index, name="trail-list"),
    path("jobs", jobs.index, name="job-list"),
    path("jobs/<uuid:public_id>", jobs.show, name="job-detail"),
    path("jobs/<uuid:public_id>/progress", jobs.progress, name="job-progress"),
    path("jobs/<uuid:public_id>/<slug:act>", jobs.act, name="job-act"),
    path("accessibility", legal.accessibility, name="accessibility"),
    path("privacy", legal.privacy, name="privacy"),
    path("components", components.show, name="components"),
    path("account/profile", profile.show, name="profile"),
    path("service", service.show, name="service"),
    path("service/retry", service.retry, name="service-retry"),
    path("service/<slug:table>/<str:row>/set-aside", service.set_aside, name="service-set-aside"),
    path("people", people.index, name="people"),
    path("people/invite", people.invite, name="people-invite"),
    path("people/invitations/<uuid:invitation>/cancel", people.cancel_invitation, name="people-invitation-cancel"),
    path("people/<uuid:public_id>", people.person, name="person"),
    path("people/<uuid:public_id>/give/<slug:kind>", people.give, name="person-give"),
    path("people/<uuid:public_id>/end", people.end, name="person-end"),
]
