"""Reviews of an invented file: who had it, what they scored, how far those are who have not finished."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from accounts.models import User
from applications.states import ApplicationState
from demo.seed.files import Sketch, declare
from demo.seed.tables import public_id
from demo.seed.world import TRIO, World
from moves.states import Duty
from programs.rubric import Rubric
from reviews import scoring
from reviews.states import AssignmentState
from work import clock

if TYPE_CHECKING:
    from demo.seed.chunk import Chunk

COMMENTS = {
    1: "Le dossier affirme sans appui; aucun chiffre ne permet de juger de l’effet.",
    2: "Une partie des éléments y est; la mesure de départ manque.",
    3: "Le besoin est nommé et plausible. Les risques sont cités, leur traitement reste sommaire.",
    4: "Le plan est daté, chiffré et crédible. Il manque un indicateur suivi par le client.",
    5: "Tout découle d’une mesure, et le client s’engage à suivre le résultat.",
}
FEEDBACK = "Précisez la mesure de départ et dites qui la suivra."
SEATS = ("cluster", "cluster", "industry")


def write_panel(chunk: "Chunk", file: Sketch) -> None:
    """The three assignments of a file that reached its reviews, with their scores. Sets the file's score."""
    given = file.when("start_review")
    if given is None:
        return
    if file.state == ApplicationState.IN_REVIEW:
        _under_way(chunk, file)
        return
    panel = _panel(chunk, chunk.world, cast=True)
    closed = file.when("complete_review")
    assert closed is not None  # started, and not under way
    low, high = (1, 4) if "decline" in file.names else (3, 5)
    totals: list[Fraction] = []
    for user, seat in panel:
        at = given + (closed - given) * chunk.rng.random()
        _assign(chunk, file, user, seat, given=given, since=at, state=AssignmentState.SUBMITTED,
                low=low, high=high, totals=totals,
                columns={"submitted_at": at, "feedback": FEEDBACK, "feedback_version": 1})  # fmt: skip
    file.score = scoring.raw_mean(totals)


def _under_way(chunk: "Chunk", file: Sketch) -> None:
    """A file on its reviewers' desks. The cast's three share the first ones, as many as a person takes."""
    given = file.at[-1]
    ours = chunk.world.trio_room > 0
    if ours:
        chunk.world.trio_room -= 1
        panel = [(chunk.world.people[key], seat) for key, seat in zip(TRIO, SEATS, strict=True)]
    else:
        panel = _panel(chunk, chunk.world, cast=False)
    states = [chunk.rng.choice(("offered", "accepted", "accepted", "submitted")) for _seat in panel]
    if ours:
        states = ["accepted", chunk.rng.choice(("offered", "accepted")), "accepted"]
    elif set(states) == {"submitted"}:
        states[0] = "accepted"
    for (user, seat), state in zip(panel, states, strict=True):
        at = given + timedelta(hours=chunk.rng.randint(1, 20))
        done: dict[str, object] = {"submitted_at": at} if state == "submitted" else {}
        _assign(chunk, file, user, seat, given=given, since=given if state == "offered" else at, state=state,
                low=2, high=5, totals=[], columns=done)  # fmt: skip


def _panel(chunk: "Chunk", world: World, *, cast: bool) -> list[tuple[User, str]]:
    """Two of the cluster, one of industry. With `cast`, the demonstration's own reviewers are among them."""
    people = world.people
    cluster = [*world.cluster_side, *([people["ana"], people["ben"]] if cast else [])]
    industry = [*world.industry_side, *([people["chloe"]] if cast else [])]
    first, second = chunk.rng.sample(cluster, 2)
    return list(zip((first, second, chunk.rng.choice(industry)), SEATS, strict=True))


def _assign(
    chunk: "Chunk",
    file: Sketch,
    user: User,
    seat: str,
    *,
    given: datetime,
    since: datetime,
    state: str,
    low: int,
    high: int,
    totals: list[Fraction],
    columns: dict[str, object],
) -> None:
    """One assignment, with the scores it has so far. `totals` takes the total of one that is submitted."""
    key = chunk.assignment_keys.pop()
    points: dict[str, int] = {}
    if state != "offered":
        declare(chunk, file, user.pk, given)
        done = len(chunk.criteria) if state == "submitted" else chunk.rng.randint(0, 3)
        for criterion in chunk.criteria[:done]:
            points[criterion] = chunk.rng.randint(low, high)
            chunk.scores.add(
                assignment_id=key, criterion=criterion, point=str(points[criterion]),
                comment=COMMENTS[points[criterion]], at=since,
            )  # fmt: skip
    if state == "submitted":
        total = chunk.total_of(tuple(points.values()))
        columns["total"] = scoring.rounded(total)
        totals.append(total)
        file.duties.append((Duty.SCORE, user.pk, since))
    chunk.assignments.add(
        id=key, public_id=public_id(chunk.rng, given), application_id=file.pk, reviewer_id=user.pk, seat=seat,
        due=_due(clock.day_of(given)), assigned_by_id=chunk.world.people["officer"].pk, at=given, since=since,
        updated_at=since, opened_at=None if state == "offered" else given, state=state, **columns,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _due(day: date) -> datetime:
    return clock.end_of(day + timedelta(days=15))


def totals_by(rubric: Rubric) -> Callable[[tuple[int, ...]], Fraction]:
    """A function from a review's points on the scale, in the rubric's order, to its exact total out of 100."""
    keys = [criterion.key for criterion in rubric.criteria]
    required = [criterion.key for criterion in rubric.criteria if criterion.required]

    @lru_cache(maxsize=8192)
    def total(points: tuple[int, ...]) -> Fraction:
        given = {key: rubric.points_of(str(point)) for key, point in zip(keys, points, strict=True)}
        return scoring.exact_total(given, rubric.weights, required)

    return total
