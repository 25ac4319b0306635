"""Addresses of applications: the public catalogue and the company's pages, then the officer's."""

from django.urls import path

from applications import feeds
from applications.views import catalogue, changes, drafting, files, requests, screening, sponsor, submission

company = [
    path("programs", catalogue.index, name="catalogue"),
    path("programs/<slug:slug>", catalogue.program, name="program"),
    path("calls.ics", feeds.closings, name="call-feed"),
    path("calls/<uuid:public_id>", catalogue.call, name="call"),
    path("calls/<uuid:public_id>/eligibility", catalogue.eligibility, name="call-eligibility"),
    path("calls/<uuid:public_id>/apply", drafting.start, name="application-start"),
    path("applications", drafting.mine, name="application-list"),
    path("applications/<uuid:public_id>", submission.detail, name="application-detail"),
    path("applications/<uuid:public_id>/tasks", drafting.tasks, name="application-tasks"),
    path("applications/<uuid:public_id>/eligibility", drafting.eligibility, name="application-eligibility"),
    path("applications/<uuid:public_id>/answer", drafting.answer, name="application-answer"),
    path("applications/<uuid:public_id>/sections/<str:key>", drafting.section, name="application-section"),
    path("applications/<uuid:public_id>/documents/<uuid:document>", drafting.document, name="application-document"),
    path("applications/<uuid:public_id>/delete", drafting.delete, name="application-delete"),
    path("applications/<uuid:public_id>/sponsor", sponsor.ask, name="application-sponsor"),
    path(
        "applications/<uuid:public_id>/sponsor/<uuid:sponsorship>/cancel",
        sponsor.cancel,
        name="application-sponsor-cancel",
    ),
    path("sponsor/<str:token>", sponsor.answer, name="sponsor"),
    path("applications/<uuid:public_id>/check", submission.check, name="application-check"),
    path("applications/<uuid:public_id>/submit", submission.submit, name="application-submit"),
    path("applications/<uuid:public_id>/submitted", submission.submitted, name="application-submitted"),
    path("applications/<uuid:public_id>/answers", submission.answers, name="application-answers"),
    path("applications/<uuid:public_id>/receipts/<int:number>", submission.receipt, name="application-receipt"),
    path("applications/<uuid:public_id>/take-back", submission.take_back, name="application-take-back"),
    path("applications/<uuid:public_id>/withdraw", submission.withdraw, name="application-withdraw"),
    path("applications/<uuid:public_id>/changes", changes.answer, name="application-changes"),
]

officer: list = [
    path("files", files.index, name="file-list"),
    path("files.csv", files.index_csv, name="file-list-csv"),
    path("files.csv/<uuid:public_id>", files.list_result, name="file-list-result"),
    path("files/<str:reference>/answers", files.answers, name="file-answers"),
    path("files/<str:reference>/documents/<uuid:document>", files.document, name="file-document"),
    path("files/<str:reference>/screening", screening.checklist, name="file-screening"),
    path(
        "files/<str:reference>/screening/complete", screening.find, {"outcome": "complete"}, name="file-find-complete"
    ),
    path(
        "files/<str:reference>/screening/eligible", screening.find, {"outcome": "eligible"}, name="file-find-eligible"
    ),
    path(
        "files/<str:reference>/screening/ineligible",
        screening.find,
        {"outcome": "ineligible"},
        name="file-find-ineligible",
    ),
    path("files/<str:reference>/receipt/retry", files.retry_receipt, name="file-receipt-retry"),
    path("files/<str:reference>/changes", requests.changes, name="file-changes"),
    path("files/<str:reference>/changes/ask", requests.ask, name="file-changes-ask"),
    path("files/<str:reference>/changes/extend", requests.extend, name="file-changes-extend"),
    path("files/<str:reference>/changes/cancel", requests.cancel, name="file-changes-cancel"),
]

urlpatterns = company + officer
