"""The programme, the people and the call that invented files stand on; and who reviews so many of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import transaction

from accounts.models import Cluster, User
from accounts.services import create_person
from builder.services import import_bundle
from demo import people
from demo.cast import BY_KEY, COMPANIES
from demo.people import STORYTELLER
from programs.models import Appointment, Call
from programs.roles import ProgramRole
from programs.selectors import promised_by
from programs.services.calls import publish_call
from programs.services.people import appoint
from programs.states import CallState
from reviews.services import sign_undertaking
from work import clock

BUNDLE = Path(__file__).resolve().parents[2] / "builder" / "bundles" / "filiere-excellence.yaml"
BUILT = datetime(2026, 1, 12, 15, tzinfo=UTC)
REVIEWERS = 60  # beside the cast's; a third sit for industry
CAPACITY = 10_000
TRIO = ("ana", "ben", "chloe")


class World:
    """What every invented file names: the call, the cast by key, reviewers by seat, and the window of submissions.

    `trio_room`: how many more files the trio may have on their desks.
    """

    trio_room = 0

    def __init__(self) -> None:
        if not Cluster.objects.filter(slug="aerofil").exists():
            build()
        self.people = people.the_people()
        self.call = call_of(self.people["officer"])
        self.opens, self.ends = window(self.call)
        reviewers = invite_reviewers(self.call, self.people["administrator"])
        self.cluster_side, self.industry_side = reviewers["cluster"], reviewers["industry"]


@transaction.atomic
def build() -> None:
    """The cluster without its story: the cast in office, their companies, the programme with its call as a draft."""
    with clock.at(min(BUILT, clock.now())):
        _cluster, cast = people.found()
        for company in COMPANIES:
            people.register(company, cast)
        program = import_bundle(BUNDLE.read_text(encoding="utf-8"), by=cast["officer"])
        people.appoint_all(program, cast)


@transaction.atomic
def call_of(officer: User) -> Call:
    """The first published call of the programme, published now when it is still a draft. The trio have signed."""
    calls = Call.objects.filter(program__cluster__slug="aerofil").order_by("pk")
    call = calls.filter(state=CallState.PUBLISHED).first()
    if call is None:
        with clock.at(min(BUILT, clock.now())):
            draft = calls.filter(state=CallState.DRAFT)[0]
            call = publish_call(draft, by=officer, acknowledged=promised_by(draft))
    for user in User.objects.filter(email__in=[BY_KEY[key].email for key in TRIO]):
        sign_undertaking(call, by=user)
    return Call.objects.select_related("form", "rules", "rubric", "program").get(pk=call.pk)


def window(call: Call) -> tuple[datetime, datetime]:
    """From the opening of the call to now; half a year of it, when the clock here stands before the opening."""
    assert call.opens_at is not None  # a published call has its dates
    assert call.closes_at is not None
    now = clock.now().replace(microsecond=0)
    if now < call.opens_at + timedelta(days=1):
        now = call.opens_at + timedelta(days=180)
    return call.opens_at, min(now, call.closes_at)


@transaction.atomic
def invite_reviewers(call: Call, by: User) -> dict[str, list[User]]:
    """The invented reviewers of the programme, made the first time. Returns people by seat, in order."""
    prefix = "evaluation-"
    known = {user.email for user in User.objects.filter(email__startswith=prefix)}
    with clock.at(min(BUILT, clock.now())):
        for number in range(REVIEWERS):
            email = f"{prefix}{number:03d}@comite.example"
            if email in known:
                continue
            user = create_person(by=STORYTELLER, email=email, given_name="Évaluatrice", family_name=f"{number + 1}")
            seat = "industry" if number % 3 == 2 else "cluster"
            appoint(user, by=by, role=ProgramRole.REVIEWER, program=call.program, seat=seat, capacity=CAPACITY)
            sign_undertaking(call, by=user)
    found: dict[str, list[User]] = {"cluster": [], "industry": []}
    reviewers = Appointment.objects.filter(program=call.program, role=ProgramRole.REVIEWER)
    for one in reviewers.filter(user__email__startswith=prefix).select_related("user").order_by("user__email"):
        found[one.seat].append(one.user)
    return found
