"""The staff's pages of programmes and calls. The public catalogue is in `applications`."""

from django.urls import path

from programs.views import calls, programs

urlpatterns = [
    path("staff/programs", programs.index, name="program-list"),
    path("staff/programs/<slug:slug>", programs.details, name="program-details"),
    path("staff/programs/<slug:slug>/form", programs.form, name="program-form"),
    path("staff/programs/<slug:slug>/rubric", programs.rubric, name="program-rubric"),
    path("staff/programs/<slug:slug>/rules", programs.rules, name="program-rules"),
    path("staff/programs/<slug:slug>/people", programs.people, name="program-people"),
    path("staff/calls/<uuid:public_id>", calls.details, name="call-manage"),
    path("staff/calls/<uuid:public_id>/extend", calls.extend, name="call-extend"),
    path("staff/calls/<uuid:public_id>/accommodate", calls.accommodate, name="call-accommodate"),
    path("staff/calls/<uuid:public_id>/cancel", calls.cancel, name="call-cancel"),
    path("staff/calls/<uuid:public_id>/archive", calls.archive, name="call-archive"),
]
