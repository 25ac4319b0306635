"""The door and the lists say the same: of every person, every file and every right, whatever became of either."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.http import Http404

from accounts.models import Membership, User
from applications.access import OWN, STAFF, enter
from applications.models import Application, ChangeRequest, Document, Snapshot, Sponsorship
from applications.states import ApplicationState
from decisions.access import PARTNER
from decisions.models import Concurrence, Decision
from documents.models import Upload
from funding.models import PartnerSeat
from letters.models import Letter
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing
from programs.models import Appointment
from programs.roles import ProgramRole
from programs.rules import holds
from reviews.access import REVIEWER
from reviews.models import Assignment
from reviews.views.files import NotOpen, opened_assignment
from tests.decisions import files as decided
from tests.decisions.files import submitted_row
from tests.files import another, another_call, another_cluster
from work import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 9, 15, tzinfo=UTC)
RIGHTS = {"own": OWN, "staff": STAFF, "reviewer": REVIEWER, "partner": PARTNER}


@pytest.fixture(autouse=True)
def in_november(clock_at):
    clock_at(NOW)


def answer(person, right, file):
    """What the door says: "yes", "closed" (a conflict), "refused" (what else the right asks), or "no"."""
    try:
        enter(person, RIGHTS[right], read=None, pk=file.pk)
    except Http404:
        return "no"
    except WrongMoment:
        return "refused"
    except Forbidden as refusal:
        return "refused" if refusal.code == "forbidden" else "closed"
    return "yes"


def story(cast, programme):
    """One file of each kind: a draft, submitted, found eligible with a review given, in review, approved with its
    concurrence asked, told by a letter; another company's; and one of another cluster, whose officer reviews here."""
    call = decided.files.open_call(cast, programme)
    base = submitted_row(cast, programme)
    rows = {
        "draft": another(base, state=ApplicationState.DRAFT),
        "submitted": base,
        "eligible": another(base, state=ApplicationState.ELIGIBLE),
        "in review": another(base, state=ApplicationState.IN_REVIEW),
        "approved": another(base, state=ApplicationState.APPROVED),
        "told": another(base, state=ApplicationState.APPROVED),
        "theirs": submitted_row(cast, programme, company="precision"),
        "elsewhere": another(base, call=another_call(call, cluster=another_cluster())),
    }
    for name in ("eligible", "in review"):
        for person, state in ((cast.ana, "accepted"), (cast.ben, "offered"), (cast.dev, "recused")):
            Assignment.objects.create(
                application=rows[name], reviewer=person, seat="cluster", state=state, due=NOW, assigned_by=cast.officer
            )
    decided.asked_row(decided.decision_row(cast, programme, state="approved", file=rows["approved"]))
    decided.decision_row(cast, programme, state="draft", kind="declined", file=rows["in review"])
    asked = {"by": cast.officer, "due": NOW}
    for n, name in enumerate(("submitted", "in review", "theirs", "elsewhere")):
        upload = Upload.objects.create(uploader=cast.sophie, key=f"k{n}", name="plan.pdf", size=3, sha256="0" * 64)
        Document.objects.create(application=rows[name], question="plan", upload=upload, by=cast.sophie)
        ChangeRequest.objects.create(application=rows[name], **asked)
    decided.letter_row(rows["told"], state="sent")
    decided.letter_row(rows["approved"], state="rendered")
    return rows


def left(people, files, prime):
    Membership.objects.update(ended_at=NOW)


def out_of_office(people, files, prime):
    for table in (Appointment, PartnerSeat, *[people[0].cluster_appointments.model]):
        table.objects.update(ends_on=clock.today() - timedelta(days=1))


def closed_accounts(people, files, prime):
    User.objects.update(is_active=False)


def declared(people, files, prime):
    """Every second person has a conflict in every second file, or a doubt."""
    for n, person in enumerate(people):
        for m, file in enumerate(files):
            if (n + m) % 2:
                declare_standing(file.pk, user=person, standing="conflict" if m % 3 else "unsure")


def on_a_side(people, files, prime):
    """Some came to act for the applicant, some left it, some act for the sponsor of one file."""
    files[1].sponsorships.create(
        email="a@boreal.example", organisation_name=prime.legal_name, invited_by=people[0], expires_at=NOW
    )
    for n, person in enumerate(people):
        organisation = prime if n % 3 == 0 else files[0].organisation
        if not person.memberships.filter(organisation=organisation).exists():
            ended = [None, NOW - timedelta(days=300), NOW - timedelta(days=800)][n // 3 % 3]
            Membership.objects.create(user=person, organisation=organisation, role="member", ended_at=ended)


def doors_and_rows(person, file, said, where):
    """What hangs on the file is in a list for whom its own door opens, and for nobody else."""
    own, staff = said["own"] == "yes", said["staff"] == "yes"
    for table in (Snapshot, Document, ChangeRequest, Sponsorship):
        rows = table.objects.filter(application=file)
        assert set(rows.visible_to(person)) == (set(rows) if own or staff else set()), f"{table.__name__}: {where}"
    for decision in Decision.objects.filter(application=file):
        assert (decision in Decision.objects.visible_to(person)) == staff, where
    for letter in Letter.objects.filter(application=file):
        assert (letter in Letter.objects.visible_to(person)) == (staff or (own and letter.state == "sent")), where
    for review in file.assignments.all():
        may = staff or reviewed_by(person, review)
        assert (review in Assignment.objects.visible_to(person)) == may, f"{review.reviewer} {review.state}: {where}"


def reviewed_by(person, review):
    """Whether the door of a reviewer's own page opens."""
    try:
        opened_assignment(SimpleNamespace(user=person), review.public_id, read=None)
    except (Http404, NotOpen, Forbidden, WrongMoment):
        return False
    return True


PEOPLE = (
    "sophie", "olivier", "michel", "officer", "screener", "ana", "ben", "chair", "approver", "finance", "auditor",
    "administrator", "analyst", "concurrence",
)  # fmt: skip
FATES = [None, left, out_of_office, closed_accounts, declared, on_a_side]


@pytest.mark.slow
@pytest.mark.parametrize("fate", FATES, ids=[fate.__name__ if fate else "as it is" for fate in FATES])
def test_every_right_and_its_list_say_the_same_of_every_person_and_file(cast, programme, prime, fate):
    rows = story(cast, programme)
    everybody = [getattr(cast, name) for name in PEOPLE]
    if fate is not None:
        fate(everybody, list(rows.values()), prime)
    opened = dict.fromkeys(RIGHTS, 0)
    for person in User.objects.filter(pk__in=[one.pk for one in everybody]).order_by("pk"):
        files = Application.objects
        own, staff = set(files.of_member(person)), set(files.of_staff(person))
        visible = set(files.visible_to(person))
        reviews = set(Assignment.objects.of_reviewer(person).readable().values_list("application_id", flat=True))
        concurs = set(Concurrence.objects.of_officer(person).values_list("application_id", flat=True))
        letters = set(Letter.objects.of_member(person).values_list("application_id", flat=True))
        for name, file in rows.items():
            said = {}
            for right in RIGHTS:
                said[right] = answer(person, right, file)
                opened[right] += said[right] == "yes"
            where = f"{person}, {name}: {said}"
            assert (said["own"] == "yes") == (file in own), where
            assert (said["staff"] == "yes") == (file in staff), where
            assert ("yes" in (said["own"], said["staff"])) == (file in visible), where
            assert (said["partner"] == "yes") == (file.pk in concurs), where
            assert file.pk not in letters or said["own"] == "yes", where
            begun = file.state != ApplicationState.ELIGIBLE and holds(person, ProgramRole.REVIEWER, programme)
            may = file.pk in reviews and begun and said["reviewer"] != "closed"
            assert (said["reviewer"] == "yes") == may, where
            doors_and_rows(person, file, said, where)
        assert set(Decision.objects.next_of(person)) <= set(Decision.objects.visible_to(person))
    if fate is None:
        assert all(opened.values()), opened
    if fate is closed_accounts:
        assert not any(opened.values()), opened
