"""Addresses of reviews: the reviewer's own, the file's tab, the call's ranking."""

from django.urls import path

from reviews.views import acts, interests, panel, queue, ranking, recommend, scoring, submission

urlpatterns = [
    path("interests", interests.index, name="review-interests"),
    path("interests/<uuid:public_id>/end", interests.end, name="review-interest-end"),
    path("reviews", queue.index, name="review-queue"),
    path("reviews/past", queue.past, name="review-past"),
    path("reviews/<uuid:public_id>", scoring.score, name="review-score"),
    path("reviews/<uuid:public_id>/save", scoring.save, name="review-save"),
    path("reviews/<uuid:public_id>/check", submission.check, name="review-check"),
    path("reviews/<uuid:public_id>/read", submission.read, name="review-read"),
    path("reviews/<uuid:public_id>/skip", queue.skip, name="review-skip"),
    path("reviews/<uuid:public_id>/decline", queue.decline, name="review-decline"),
    path("reviews/<uuid:public_id>/interests", interests.declare_own, name="review-declare-own"),
    path("reviews/<uuid:public_id>/documents/<uuid:document_id>", submission.document, name="review-document"),
    path("files/<str:reference>/interests", interests.declare, name="review-declare"),
    path("files/<str:reference>/interests/<uuid:person_id>", panel.rule, name="review-rule"),
    path("files/<str:reference>/reviews", panel.show, name="review-file"),
    path("files/<str:reference>/reviews/assign", panel.assign, name="review-assign"),
    path("files/<str:reference>/reviews/start", panel.start, name="review-start"),
    path("files/<str:reference>/reviews/close", panel.close, name="review-close"),
    path("files/<str:reference>/reviews/reopen", panel.reopen_file, name="review-reopen-file"),
    path("files/<str:reference>/reviews/<uuid:public_id>", acts.assignment, name="review-assignment"),
    path("files/<str:reference>/reviews/<uuid:public_id>/<slug:name>", acts.act, name="review-act"),
    path("files/<str:reference>/recommendation", recommend.recommend, name="review-recommend"),
    path("calls/<uuid:public_id>/ranking", ranking.show, name="review-ranking"),
]
