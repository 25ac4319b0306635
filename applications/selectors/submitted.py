"""What was submitted, as it was frozen: the one reading of a snapshot, for whoever screens, reviews or reads a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet

from applications.models import Application, Document, Snapshot


@dataclass(frozen=True)
class Sponsor:
    """The customer that confirmed its support, in its own words."""

    organisation: str
    name: str
    improvement: str


@dataclass(frozen=True)
class Submitted:
    """What a snapshot freezes, as far as it is read again. Empty for a file that was never submitted.

    `answers` and `eligibility` are by question; `organisation` is the applicant's record by column; `documents` are
    the identifiers of those joined; `signed_name` is who attested.
    """

    answers: Mapping[str, object] = field(default_factory=dict)
    eligibility: Mapping[str, object] = field(default_factory=dict)
    organisation: Mapping[str, object] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    signed_name: str = ""
    sponsor: Sponsor | None = None

    def documents_of(self, application: Application) -> QuerySet[Document]:
        """The documents that were joined, in the order they came."""
        return application.documents.named(self.documents).select_related("upload")


def read_snapshot(snapshot: Snapshot) -> Submitted:
    """The `Submitted` of one submission: of parts that an older one does not have, nothing."""
    content = json.loads(snapshot.canonical)
    sponsor = content.get("sponsor")
    return Submitted(
        answers=content.get("answers", {}),
        eligibility=content.get("eligibility", {}),
        organisation=content.get("organisation", {}),
        documents=tuple(document["id"] for document in content.get("documents", ())),
        signed_name=content.get("signed", {}).get("name", ""),
        sponsor=Sponsor(sponsor["organisation"], sponsor["name"], sponsor["improvement"]) if sponsor else None,
    )


def current_snapshot(application: Application) -> Snapshot | None:
    """The submission that counts, with its receipt and who sent it; None for a file that its applicant has in hand."""
    return application.snapshots.current().select_related("receipt", "by").first()


def submitted(application: Application) -> Submitted:
    """What was submitted last and stands. One query."""
    snapshot = current_snapshot(application)
    return read_snapshot(snapshot) if snapshot else Submitted()


def was_submitted(document: Document) -> bool:
    """A submission of its file holds it: the one that stands, or an earlier one. What was joined and never sent is its
    applicant's own."""
    name = str(document.public_id)
    return any(name in read_snapshot(one).documents for one in document.application.snapshots.all())
