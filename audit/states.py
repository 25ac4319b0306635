"""The closed lists of the trail: kinds of actor, what is read, and what the change feed tells."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ActorKind(TextChoices):
    """Who acts: a person signed in, a partner's API key, the clock, the installation, or the holder of a link."""

    PERSON = "person", _("A person")
    KEY = "key", _("An API key")
    CLOCK = "clock", _("The clock")
    SETUP = "setup", _("The installation")
    GUEST = "guest", _("The holder of a link sent by e-mail")


class Read(TextChoices):
    """What of a file, or which list, somebody read: its value is what the row of a reading keeps, its label what the
    trail says. What is one of several is a `ReadOne`.
    """

    # What the applicant's own people read
    TASK_LIST = "task list", _("Steps of the application")
    ELIGIBILITY = "eligibility", _("Eligibility answers")
    SPONSOR = "sponsor", _("Request to the sponsor")
    DELETE = "delete", _("Deletion of the draft")
    CHECK = "check your answers", _("Answers before submission")
    ATTEST = "attest and submit", _("Statement before submission")
    CONFIRMATION = "confirmation", _("Confirmation of submission")
    RECEIPT = "receipt", _("Receipt (PDF)")
    REQUEST = "request for changes", _("Request for changes")
    TAKE_BACK = "take back", _("Page to take the application back")
    WITHDRAW = "withdraw", _("Page to withdraw the application")
    TITLE_AND_SUMMARY = "title and summary", _("Title and summary, by the sponsor")
    # What several read
    FILE = "file", _("File")
    ANSWERS = "answers", _("Submitted answers")
    LETTER = "letter", _("Letter")
    LETTER_PDF = "letter (PDF)", _("Letter (PDF)")
    INTERESTS = "interests", _("Names to declare interests on")
    # What those who handle it read
    REQUESTS = "requests for changes", _("Requests for changes")
    SCREENING = "screening", _("Screening")
    EVIDENCE = "evidence", _("Evidence to review")
    OWN_REVIEW = "own review", _("Own review")
    REVIEWS = "reviews", _("Reviews of the file")
    ONE_REVIEW = "one review", _("Review of one person")
    DECLARATION = "declaration", _("Declaration of interests")
    RECOMMENDATION = "recommendation", _("Recommendation")
    DECISION = "decision", _("Decision")
    REASONS = "reasons", _("Reasons for the decision")
    AWARD_TO_CONCUR = "award to concur", _("Award to concur in")
    TRAIL = "trail", _("Trail")
    TRAIL_CSV = "trail (CSV)", _("Trail downloaded (CSV)")
    # Lists
    SEARCH = "search", _("List of search results")
    AWARDS = "awards", _("List of awards")
    LIST = "list", _("List of files")
    LIST_CSV = "list (CSV)", _("List of files downloaded (CSV)")
    RANKING = "ranking", _("Ranking")
    REVIEWS_TO_GIVE = "reviews to give", _("List of reviews to give")
    REVIEWS_GIVEN = "reviews given", _("List of reviews given")
    DECISIONS_WAITING = "decisions waiting", _("List of decisions that wait")
    CONCURRENCES = "concurrences", _("List of concurrences")
    TO_CONCUR = "waiting for concurrence", _("List of what waits for concurrence")
    STATEMENT = "statement", _("Statement of an envelope")
    STATEMENT_CSV = "statement (CSV)", _("Statement of an envelope downloaded (CSV)")


class OneOf(TextChoices):
    """Of what a `ReadOne` is one, as the row of a reading keeps it and as the trail says it."""

    SECTION = "section", _("Section of the application")
    DOCUMENT = "document", _("Document of the file")
    STEP = "decision step", _("Page of a step of the decision")
    API = "api", _("Rows of the API")


@dataclass(frozen=True)
class ReadOne:
    """What somebody read, where it is one of several: a section of the form by its key, a document by its public id, a
    step of the decision by its name, rows of the API by their kind."""

    of: OneOf
    which: str

    @classmethod
    def section(cls, key: str) -> "ReadOne":
        return cls(OneOf.SECTION, key)

    @classmethod
    def document(cls, public_id: UUID) -> "ReadOne":
        return cls(OneOf.DOCUMENT, str(public_id))

    @classmethod
    def step(cls, name: str) -> "ReadOne":
        return cls(OneOf.STEP, name)

    @classmethod
    def api(cls, kind: str) -> "ReadOne":
        return cls(OneOf.API, kind)


# How rows said it before `which` had its column: they are never changed, and are read as they were meant.
EARLIER = (("section ", OneOf.SECTION), ("decision: ", OneOf.STEP), ("api ", OneOf.API))


def read_of(what: str, which: str, subject_type: str) -> Read | ReadOne | None:
    """What a row of a reading says was read; None where no page of today says so."""
    if what in OneOf:
        return ReadOne(OneOf(what), which)
    if what in Read:
        return Read(what)
    for words, kind in EARLIER:
        if what.startswith(words):
            return ReadOne(kind, what.removeprefix(words))
    with suppress(ValueError):  # the identifier alone
        return ReadOne.document(UUID(what)) if subject_type == "document" else None
    return None


class ChangeKind(TextChoices):
    """What partners, webhooks and search are told of: a model's `change_kind`."""

    PROGRAM = "program", "program"
    CALL = "call", "call"
    AGREEMENT = "agreement", "agreement"
    ENVELOPE = "envelope", "envelope"
    LEDGER_ENTRY = "ledger_entry", "ledger entry"
    ORGANISATION = "organisation", "organisation"
    APPLICATION = "application", "application"
    ASSIGNMENT = "assignment", "assignment"
    DECISION = "decision", "decision"
    CONCURRENCE = "concurrence", "concurrence"
    LETTER = "letter", "letter"
    AWARD = "award", "award"
