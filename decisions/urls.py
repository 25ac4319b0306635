"""Addresses of the approval chain, of the partner's concurrence, and of the letter as the staff see it."""

from django.urls import path

from decisions.models import Decision
from decisions.views import chain, concurrence, late, letters, queue

FILE = "files/<str:reference>/decision"
ONE = "concurrences/<uuid:public_id>"

urlpatterns = [
    path("decisions", queue.queue, name="decision-queue"),
    path(FILE, chain.show, name="decision-file"),
    path(f"{FILE}/endorse", chain.act, {"step": Decision.endorse}, name="decision-endorse"),
    path(f"{FILE}/approve", chain.act, {"step": Decision.approve}, name="decision-approve"),
    path(f"{FILE}/send-back", chain.act, {"step": Decision.send_back}, name="decision-send-back"),
    path(f"{FILE}/late/<uuid:person_id>", late.set_aside, name="decision-late"),
    path(f"{FILE}/issue", chain.act, {"step": Decision.issue}, name="decision-issue"),
    path(f"{FILE}/reasons", chain.reasons, name="decision-reasons"),
    path(f"{FILE}/preview", chain.preview, name="decision-preview"),
    path(f"{FILE}/preview/<slug:language>", chain.preview, name="decision-preview-language"),
    path(f"{FILE}/letter", letters.staff_copy, name="decision-letter-staff"),
    path(f"{FILE}/letter/retry", letters.retry, name="decision-letter-retry"),
    path("concurrences", concurrence.index, name="decision-concurrences"),
    path(ONE, concurrence.show, name="decision-concurrence"),
    path(f"{ONE}/interests", concurrence.declare, name="decision-concurrence-declare"),
    path(f"{ONE}/give", concurrence.give, name="decision-concurrence-give"),
    path(f"{ONE}/send-back", concurrence.send_back, name="decision-concurrence-send-back"),
]
