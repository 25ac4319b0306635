"""What the split screen is made of: the criteria and where each stands, and the evidence each is read against."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from applications.models import Application
from applications.selectors import Shown, ShownSection, Submitted, shown_sections
from programs.rubric import Rubric
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
    required: bool
    current: bool

    @property
    def is_done(self) -> bool:
        return bool(self.point and self.has_comment)

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
    scores = {score.criterion: score for score in Score.objects.filter(assignment=assignment)}
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
                bool(score and score.comment.strip()),
                criterion.required,
                criterion.key == current,
            )
        )
    return steps, scores


def evidence_of(
    application: Application, content: Submitted, *, only: Collection[str] | None = None
) -> list[ShownSection]:
    """The submitted answers as read, by section; `only` keeps the questions that a criterion is read against."""
    documents = content.documents_of(application)
    return shown_sections(application, content.answers, documents=documents, only=only)


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


def review_rows(assignment: Assignment, rubric: Rubric) -> dict[str, object]:
    """A submitted review as it is read: the assignment, and one row a criterion."""
    scores = {score.criterion: score for score in assignment.scores.all()}
    labels = {point.value: str(point.label) for point in rubric.scale}
    rows = []
    for criterion in rubric.criteria:
        saved = scores.get(criterion.key)
        if saved and (saved.point or saved.comment):
            rows.append(
                {
                    "name": str(criterion.name),
                    "weight": criterion.weight,
                    "point": saved.point,
                    "label": labels.get(saved.point, ""),
                    "comment": saved.comment,
                }
            )
    return {"assignment": assignment, "rows": rows}
