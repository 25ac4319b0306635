"""What the moves of an assignment, and those of a file that its reviews decide, must know."""

from accounts.rules import is_person
from applications.models import Application
from applications.rules import Panel, Reviews, Scores, Screened
from applications.selectors import cohorts
from audit.actors import Actor
from moves.interests import has_declared
from moves.registry import facts_of
from moves.states import Duty
from programs.selectors import policy_of, rubric_of
from reviews import checks, scoring, selectors
from reviews.models import Assignment
from reviews.rules import Recusal, Review, Undertaken, is_the_one_assigned


@facts_of(Application.start_review)
def panel(application: Application, by: Actor) -> Panel:
    late = selectors.late_on(application)
    return Panel(
        has_reviews=policy_of(application.call).has_reviews,
        problems=tuple(checks.panel_problems(application)),
        touched=selectors.said_of(late, doubts=False),
        doubted=selectors.said_of(late, doubts=True),
    )


@facts_of(Application.screen_again)
def screened(application: Application, by: Actor) -> Screened:
    late = [one for one in selectors.late_on(application) if Duty.SCREEN in one.acts and not one.is_doubt]
    return Screened(declared=has_declared(application.pk, by), late=bool(late))


@facts_of(Application.complete_review)
def reviews(application: Application, by: Actor) -> Reviews:
    together = selectors.panel_reviews(application)
    return Reviews(counted=together.counted, needed=together.needed)


@facts_of(Application.recommend)
def scores(application: Application, by: Actor) -> Scores:
    """What the reviews that count say together."""
    together, late = selectors.panel_reviews(application), selectors.late_on(application)
    return Scores(
        counted=together.counted,
        needed=together.needed,
        passed=together.passes,
        mean=together.mean,
        must_discuss=together.must_discuss,
        touched=selectors.said_of(late, doubts=False),
        doubted=selectors.said_of(late, doubts=True),
        sat_before=is_person(by) and bool(checks.sat_before([application.pk], [by.pk])),
        cohort_open_until=cohorts.cohort_open_until(application.call, application.cohort_closes_at),
    )


@facts_of(Assignment.accept)
def undertaken(assignment: Assignment, by: Actor) -> Undertaken:
    return Undertaken(signed=is_person(by) and checks.has_signed(assignment.application.call, by))


@facts_of(Assignment.recuse)
def recusal(assignment: Assignment, by: Actor) -> Recusal:
    return Recusal(own=is_the_one_assigned(assignment, by))


@facts_of(Assignment.submit)
def review(assignment: Assignment, by: Actor) -> Review:
    """What the review lacks; its total (out of 100) once every criterion that must be is scored."""
    rubric = rubric_of(assignment.application.call)
    unscored, without_comment = checks.unfinished(assignment, rubric)
    given = {score.criterion: score.point for score in assignment.scores.all() if score.point}
    total = None
    if not unscored:
        points = {key: rubric.points_of(point) for key, point in given.items()}
        total = scoring.review_total(points, rubric.weights, [c.key for c in rubric.criteria if c.required])
    return Review(unscored=tuple(unscored), without_comment=tuple(without_comment), scores=given, total=total)
