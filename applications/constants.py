"""The questions that the product itself reads, by key. A programme that wants a list, a letter or a sponsor's page to
show its title or its amount gives the question this key; any of them may be absent.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from questions.constants import CostKind, FinancingKind, QuestionType

TITLE = "project_title"
SUMMARY = "project_summary"
PERIOD = "project_period"
REQUESTED = "amount_requested"  # without the bonus, where the programme has one
MINIMUM = "minimum_amount"  # under which the applicant does not go on
SPONSOR_NAME = "sponsor_name"
SPONSOR_EMAIL = "sponsor_email"

# The answers to the two-minute check are kept beside the others, under a key that no question of a form may have.
ELIGIBILITY = "eligibility:"

# The columns of the tables of a form, as people read them (questions.schema.tables has their keys and checks).
COLUMNS = {
    QuestionType.BUDGET: {
        "category": _("Category"),
        "description": _("What is paid for"),
        "amount": _("Amount, recoverable taxes included"),
        "kind": _("How it is paid"),
        "recoverable_tax": _("Of which, taxes you can recover"),
        "date_from": _("From"),
        "date_to": _("To"),
        "partner": _("Partner"),
        "fiscal_year": _("Fiscal year"),
    },
    QuestionType.FINANCING: {
        "kind": _("Kind of financing"),
        "source": _("Who provides it"),
        "amount": _("Amount"),
        "government": _("It comes from a government or a public body"),
        "confirmed": _("It is confirmed in writing"),
    },
    QuestionType.MILESTONES: {
        "title": _("Milestone"),
        "deliverable": _("Deliverable that can be seen"),
        "from": _("Begins"),
        "until": _("Ends"),
    },
    QuestionType.INDICATORS: {
        "indicator": _("Indicator"),
        "unit": _("Unit"),
        "baseline": _("Baseline"),
        "target": _("Target"),
        "method": _("How it is measured"),
        "by": _("Reached by"),
    },
}
# What one line of each table is called, and the button that adds one.
LINES = {
    QuestionType.BUDGET: (_("Cost %(number)s"), _("Add a cost")),
    QuestionType.FINANCING: (_("Source %(number)s"), _("Add a source")),
    QuestionType.MILESTONES: (_("Milestone %(number)s"), _("Add a milestone")),
    QuestionType.INDICATORS: (_("Goal %(number)s"), _("Add a goal")),
    QuestionType.GROUP: (_("Line %(number)s"), _("Add a line")),
}
PARTS = {
    QuestionType.PERIOD: {"from": _("First day"), "to": _("Last day")},
    QuestionType.ADDRESS: {
        "line1": _("Number and street"),
        "line2": _("Office, floor"),
        "city": _("City"),
        "region": _("Province or state"),
        "postal_code": _("Postal code"),
        "country": _("Country"),
    },
}
# What draws a question that is not one field, a table, a grid or parts.
TEMPLATES = {
    QuestionType.DOCUMENTS: "applications/questions/documents.html",
    QuestionType.GUIDANCE: "applications/questions/guidance.html",
    QuestionType.ATTESTATION: "applications/questions/attestation.html",
}
TABLES = (*COLUMNS, QuestionType.GROUP)


def choices_of(table: QuestionType | None, column: str) -> type[TextChoices] | None:
    """The closed list that a column of a table is chosen from; None where the question itself lists them."""
    closed: dict[tuple[QuestionType | None, str], type[TextChoices]] = {
        (QuestionType.BUDGET, "kind"): CostKind,
        (QuestionType.FINANCING, "kind"): FinancingKind,
    }
    return closed.get((table, column))


# How the list of files is filtered by its time limits, and ordered.
DUE = {"": _("Any"), "late": _("Late"), "soon": _("Due soon"), "none": _("No clock running")}


@dataclass(frozen=True)
class FileOrder:
    """An order of the list of files: by a column, then by key, both downwards where it is `latest_first`.
    `may_be_empty`: those without a value come last, by key."""

    words: str | Promise
    column: str
    latest_first: bool
    may_be_empty: bool


ORDERS = {
    "due": FileOrder(_("By time limit"), "due", latest_first=False, may_be_empty=True),
    "recent": FileOrder(_("Latest first"), "submitted_at", latest_first=True, may_be_empty=False),
}

LONGEST_REASONS = 6000  # characters of what a letter gives as reasons, in one language
