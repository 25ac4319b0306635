"""What the split screen is made of: the criteria and where each stands, and the evidence each is read against."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from applications.models import Application
from applications.selectors import Shown, ShownSection, Submitted, shown_sections
from programs.rubric import Criterion, Rubric
from reviews.models import Assignment, Score


@dataclass
class Step:
    """One criterion in the list beside the evidence: where it stands."""

    key: str
    name: str
    url: str
    number: int
    point: str
    has_comment: bool
    is_done: bool
    required: bool
    current: bool

    @property
    def status(self) -> str:
        if self.is_done:
            return _("scored %(point)s") % {"point": self.point}
        if self.point:
            return _("comment missing")
        return _("score missing") if self.has_comment else (_("to score") if self.required else _("optional"))

    @property
    def kind(self) -> str:
        return "good" if self.is_done else ("wait" if self.point or self.has_comment else "")


def steps_of(assignment: Assignment, rubric: Rubric, current: str = "") -> tuple[list[Step], dict[str, Score]]:
    """The criteria of a review, each with what is saved of it."""
    scores = {score.criterion: score for score in assignment.scores.all()}
    here = reverse("review-score", args=[assignment.public_id])
    steps = []
    for number, criterion in enumerate(rubric.criteria, 1):
        score = scores.get(criterion.key)
        steps.append(
            Step(
                criterion.key,
                str(criterion.name),
                f"{here}?{urlencode({'c': criterion.key})}",
                number,
                score.point if score else "",
                bool(score and score.has_comment),
                bool(score and score.is_done),
                criterion.required,
                criterion.key == current,
            )
        )
    return steps, scores


def evidence_of(application: Application, content: Submitted) -> list[ShownSection]:
    """The submitted answers as read, by section."""
    return shown_sections(application, content.answers, documents=content.documents_of(application))


def evidence_for(criterion: Criterion, sections: Iterable[ShownSection]) -> list[Shown]:
    """The answers that a criterion is read against, in its own order."""
    order = {key: place for place, key in enumerate(criterion.evidence)}
    answers = (answer for section in sections for answer in section.answers if answer.key in order)
    return sorted(answers, key=lambda answer: order[answer.key])


def found_in(sections: Iterable[ShownSection], wanted: str) -> list[tuple[str, Shown, str]]:
    """The answers that hold the words looked for, whatever their case: a list of (section title, answer, passage)."""
    wanted = " ".join(wanted.split()).casefold()
    found = []
    for section in sections:
        for answer in section.answers:
            for text in (answer.text, answer.label):
                place = text.casefold().find(wanted)
                if place >= 0:
                    start = max(0, place - 90)
                    passage = ("… " if start else "") + text[start : place + len(wanted) + 140]
                    found.append((section.title, answer, passage))
                    break
    return found


@dataclass(frozen=True)
class Scored:
    """One criterion of a submitted review: the point given, its words on the scale, and why."""

    name: str
    weight: Decimal
    point: str
    label: str
    comment: str


@dataclass(frozen=True)
class WrittenReview:
    """A submitted review as it is read."""

    assignment: Assignment
    rows: tuple[Scored, ...]


def written_review(assignment: Assignment, rubric: Rubric) -> WrittenReview:
    """The `WrittenReview` of an assignment: the criteria scored or commented, in the rubric's order."""
    labels = {point.value: str(point.label) for point in rubric.scale}
    scores = {score.criterion: score for score in assignment.scores.all()}
    written = ((one, scores[one.key]) for one in rubric.criteria if one.key in scores)
    rows = (
        Scored(str(one.name), one.weight, score.point, labels.get(score.point, ""), score.comment)
        for one, score in written
        if score.point or score.comment
    )
    return WrittenReview(assignment, tuple(rows))
