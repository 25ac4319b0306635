"""Which clusters, files and jobs somebody looks after, what the page of a file tells, and which acts a trail shows."""

from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Cluster, ClusterAppointment, Invitation, Membership, User
from applications.models import Application
from audit.actors import CLOCK
from audit.models import Entry, Reading
from audit.services import record, record_list_reading, record_reading
from audit.states import Read
from desk.roles import RoleKind
from desk.rules import (
    administered_clusters,
    audited_by,
    files_administered_by,
    files_looked_after_by,
    jobs_administered_by,
    of_people_of,
    people_of,
    some_file_bars,
)
from desk.selectors import file as file_page
from desk.selectors.file import _came_to, bridge, duties_of, letters_of, next_steps, timeline
from desk.selectors.held import cluster_roles, partner_seats, partners_of, program_roles, programs_of
from desk.selectors.jobs import looked_after
from desk.selectors.roles import _named, roles_of
from desk.selectors.trail import chronicle, whole_chronicle
from desk.selectors.trail.chronicle import _next, of_file, subjects_of
from desk.selectors.trail.lines import Place, entries, lines_of, of_verbs
from desk.selectors.trail.search import (
    Filter,
    _before,
    _of_clusters,
    _of_partners,
    _open_to,
    _people,
    _place,
    _staff,
    matching,
)
from funding.models import Envelope, LedgerEntry, Partner, PartnerSeat
from moves.services import declare_standing, record_duty
from programs.models import Appointment
from reports.models import ApiKey
from reviews.models import Undertaking
from tests.decisions import files
from tests.files import another_call
from tests.mutants import proves
from work import clock
from work.models import Job
from work.querysets import ATTEMPTS
from work.states import RUNNABLE, JobState

pytestmark = pytest.mark.django_db

NOW = files.DECIDED_AT
DAY = clock.day_of(NOW)
_numbers = count()


@pytest.fixture(autouse=True)
def now(clock_at, cast):
    clock_at(NOW)


def person(email, **fields):
    return User.objects.create_user(email, given_name="Inès", family_name="Roy", **fields)


def cluster_role(user, cluster, role, **more):
    return ClusterAppointment.objects.create(user=user, cluster=cluster, role=role, **{"starts_on": DAY, **more})


def another_cluster(slug="ailleurs"):
    return Cluster.objects.create(slug=slug, name_fr="Grappe d’ailleurs", name_en="Cluster elsewhere")


# Of whom


@proves(audited_by, administered_clusters)
def test_clusters_that_one_audits_or_administers_are_told_the_oldest_first(cast, cluster):
    second, third, closed = (another_cluster(slug) for slug in ("deux", "trois", "quatre"))
    for user, role in ((cast.auditor, "auditor"), (cast.administrator, "administrator")):
        for one in (third, second):
            cluster_role(user, one, role)
        cluster_role(user, closed, role, ends_on=DAY, starts_on=DAY).delete()
    cluster.save()  # the last of its table: the order is not that of the rows
    assert list(audited_by(cast.auditor)) == list(administered_clusters(cast.administrator)) == [cluster, second, third]
    assert [*audited_by(cast.administrator), *administered_clusters(cast.auditor)] == []


@proves(files_administered_by, files_looked_after_by, some_file_bars)
def test_files_that_an_administrator_looks_after_are_the_clusters_without_those_that_bar_them(
    cast, programme, precision
):
    free, ruled, of_another, barred, unsure = (files.file_row(cast, programme) for _n in range(5))
    own = files.file_row(cast, programme, organisation=precision)
    files.file_row(cast, files.other_programme(programme, elsewhere=True))
    Membership.objects.create(organisation=precision, user=cast.administrator, role="member")
    for file, user, standing in (
        (barred, cast.administrator, "conflict"), (unsure, cast.administrator, "unsure"),
        (ruled, cast.administrator, "conflict"), (ruled, cast.administrator, "clear"),
        (of_another, cast.officer, "conflict"),
    ):  # fmt: skip
        declare_standing(file.pk, user=user, standing=standing)
    assert set(files_administered_by(cast.administrator)) == {free, ruled, of_another, barred, unsure, own}
    assert set(files_looked_after_by(cast.administrator)) == {free, ruled, of_another}
    assert not files_administered_by(cast.officer).exists()
    assert [some_file_bars(one) for one in (cast.administrator, cast.officer)] == [True, False]
    Membership.objects.all().delete()
    for file in (barred, unsure):
        declare_standing(file.pk, user=cast.administrator, standing="clear")
    assert not some_file_bars(cast.administrator)
    for file in (barred, unsure):  # a proof runs this again
        declare_standing(file.pk, user=cast.administrator, standing="conflict")


@proves(programs_of, partners_of)
def test_roles_are_given_on_every_programme_and_for_every_partner_of_the_cluster_in_their_order(
    cast, cluster, programme, client
):
    """Programmes by their code, partners by their short name as people list names: É is an E."""
    elsewhere = files.other_programme(programme, "AA", elsewhere=True)
    last, first = (files.other_programme(programme, code) for code in ("ZZ", "AB"))
    ministry = cluster.partners.get(short_name="MEIE")

    def partner(name, where=cluster):
        return Partner.objects.create(cluster=where, short_name=name, name_fr=name, name_en=name)

    third, second, first_partner = (partner(name) for name in ("Zinc", "Étain", "Cuivre"))
    partner("Argent", elsewhere.cluster)
    client.force_login(cast.administrator)
    forms = {
        way["kind"]: way["form"] for way in client.get(reverse("person", args=[cast.ana.public_id])).context["ways"]
    }
    assert list(forms[RoleKind.PROGRAM].fields["program"].queryset) == [first, programme, last]
    assert list(forms[RoleKind.PARTNER].fields["partner"].queryset) == [first_partner, second, ministry, third]


@proves(people_of)
def test_people_of_a_cluster_held_a_role_there_or_were_invited_there_by_name(cast, programme, client):
    here, there = programme, files.other_programme(programme, elsewhere=True)
    ended = {"starts_on": DAY - timedelta(days=2), "ends_on": DAY - timedelta(days=1)}
    for table in (ClusterAppointment, Appointment, PartnerSeat):
        table.objects.all().delete()

    def known(email, family_name="Roy", given_name="Inès"):
        return User.objects.create_user(email, given_name=given_name, family_name=family_name)

    def invite(user, cluster, **fields):
        number = f"{next(_numbers):064}"
        Invitation.objects.create(
            email=user.email, cluster=cluster, token_digest=number, invited_by=cast.officer, expires_at=NOW, **fields
        )

    found = []
    for program, kept, names in (
        (here, True, ("Émond", "Zola", "Ferron", "Roy")),
        (there, False, ("A", "B", "C", "D")),
    ):
        cluster = program.cluster
        staff, chair, seated, invited = (known(f"{name}.{cluster.pk}@aero.example", name) for name in names)
        cluster_role(staff, cluster, "finance", **ended)
        Appointment.objects.create(user=chair, cluster=cluster, program=program, role="chair", **ended)
        partner = Partner.objects.create(cluster=cluster, short_name="MZ", name_fr="MZ", name_en="MZ")
        PartnerSeat.objects.create(user=seated, partner=partner, role="analyst", **ended)
        invite(invited, cluster, accepted_at=NOW, accepted_by=invited)
        found += [staff, seated, invited, chair] if kept else []
    same, given = known("same@aero.example"), known("given@aero.example", given_name="Éva")
    cluster_role(same, here.cluster, "finance"), cluster_role(given, here.cluster, "finance")
    cluster_role(same, here.cluster, "auditor")
    invite(cast.sophie, here.cluster)
    found[2].save()  # the last of its table
    assert list(people_of(here.cluster)) == [*found[:2], given, found[2], same, found[3]]
    cluster_role(cast.administrator, here.cluster, "administrator")
    client.force_login(cast.administrator)
    shown = [line["user"] for line in client.get(reverse("people")).context["people"]]
    assert [one for one in shown if one != cast.administrator] == [*found[:2], given, found[2], same, found[3]]


@proves(cluster_roles, program_roles, partner_seats)
def test_roles_that_are_listed_are_those_held_today_there_by_these_people_in_order(cast, programme):
    """Of any cluster on one's own profile; of the cluster alone on the pages of its administrator."""
    there = files.other_programme(programme, "AA", elsewhere=True)
    inner = files.other_programme(programme, "FF")
    ours, theirs = programme.cluster, there.cluster
    one, other = person("one@aero.example"), person("other@aero.example")
    not_now = ({"starts_on": DAY - timedelta(days=2), "ends_on": DAY - timedelta(days=1)},
               {"starts_on": DAY + timedelta(days=1)})  # fmt: skip
    for role in ("officer", "administrator", "finance"):
        cluster_role(one, ours, role)
    cluster_role(one, theirs, "auditor"), cluster_role(other, ours, "finance")
    partner, afar = (
        Partner.objects.create(cluster=cluster, short_name="MZ", name_fr="MZ", name_en="MZ")
        for cluster in (ours, theirs)
    )
    other_one = Partner.objects.create(cluster=ours, short_name="MY", name_fr="MY", name_en="MY")
    for user, where, role, term in (
        (one, partner, "concurrence", {}), (one, partner, "analyst", {}), (one, afar, "analyst", {}),
        (other, partner, "analyst", {}),
        (one, other_one, "concurrence", not_now[0]), (one, other_one, "analyst", not_now[1]),
    ):  # fmt: skip
        PartnerSeat.objects.create(user=user, partner=where, role=role, **{"starts_on": DAY, **term})
    for user, program, role in (
        (one, inner, "chair"), (one, programme, "screener"), (one, programme, "chair"), (one, there, "chair"),
        (other, programme, "chair"),
    ):  # fmt: skip
        Appointment.objects.create(user=user, cluster=program.cluster, program=program, role=role, starts_on=DAY)
    late = person("late@aero.example")
    for user, term in zip((one, late), not_now, strict=True):
        cluster_role(user, ours, "auditor", **term)
        Appointment.objects.create(user=user, cluster=ours, program=inner, role="officer", **term)

    def told(roles, cluster):
        return [line.name.split(":", 1)[1] for line in roles(cluster, [one, late])]

    assert told(cluster_roles, ours) == [f"{ours.slug}:{role}" for role in ("administrator", "finance", "officer")]
    assert told(cluster_roles, None)[1:2] == [f"{theirs.slug}:auditor"]
    assert told(program_roles, ours) == [f"{programme.code}:chair", f"{programme.code}:screener", "FF:chair"]
    assert told(program_roles, None)[0] == "AA:chair"
    assert told(partner_seats, ours) == [f"{partner.public_id}:{role}" for role in ("analyst", "concurrence")]
    assert len(told(partner_seats, None)) == 3


def job(owner, **fields):
    known = {"kind": "file_list", "state": "queued", "language": "fr", "asked": {}}
    made = next(_numbers)
    return Job.objects.create(owner=owner, digest=f"{made:064}", token=f"{made:032}", **known | fields)


@proves(jobs_administered_by, of_people_of)
def test_jobs_that_an_administrator_sees_are_those_of_who_works_or_worked_for_that_cluster_alone(cast, programme):
    there = files.other_programme(programme, elsewhere=True)
    partners = [
        Partner.objects.create(cluster=one, short_name="MX", name_fr="MX", name_en="MX")
        for one in (programme.cluster, there.cluster)
    ]
    Partner.objects.create(cluster=there.cluster, short_name="MY", name_fr="MY", name_en="MY")  # nobody has its seats
    ended = {"ends_on": DAY - timedelta(days=1), "starts_on": DAY - timedelta(days=1)}

    def works(user, kind, where, **more):
        program, partner = ((programme, partners[0]), (there, partners[1]))[where]
        if kind == "cluster":
            cluster_role(user, program.cluster, "finance", **more)
        if kind == "programme":
            Appointment.objects.create(
                user=user, cluster=program.cluster, program=program, role="chair", **{"starts_on": DAY, **more}
            )
        if kind == "partner":
            PartnerSeat.objects.create(user=user, partner=partner, role="analyst", **{"starts_on": DAY, **more})

    kinds = ("cluster", "programme", "partner")
    ours = []
    for number, kind in enumerate(kinds):
        here, was, elsewhere, both = (person(f"{name}.{kind}@aero.example") for name in ("here", "was", "away", "both"))
        works(here, kind, 0), works(was, kind, 0, **ended), works(elsewhere, kind, 1), works(both, kind, 0)
        works(both, kinds[number - 1], 1, **ended)
        ours += [job(here), job(was)]
        job(elsewhere), job(both)
    job(cast.sophie), job(person("nobody@aero.example"))
    found = Job.objects.filter(jobs_administered_by(cast.administrator))
    assert set(found) == set(ours)
    assert not Job.objects.filter(jobs_administered_by(cast.officer)).exists()


@proves(looked_after)
def test_jobs_looked_after_wait_or_are_worked_on_or_failed_and_are_kept(cast):
    """One that was tried as often as it may be is worked on while its last try holds it, to the instant."""
    later = NOW + timedelta(seconds=1)
    found = {
        job(cast.officer, state=state, attempts=attempts, claimed_until=claimed, removed_at=removed): (
            removed is None
            and (state == JobState.FAILED or (state in RUNNABLE and (attempts < ATTEMPTS or claimed == later)))
        )
        for state in JobState
        for attempts, claimed, removed in (
            (ATTEMPTS - 1, None, None), (ATTEMPTS - 1, NOW, None), (ATTEMPTS, None, None), (ATTEMPTS, NOW, None),
            (ATTEMPTS, later, None), (ATTEMPTS - 1, later, NOW), (ATTEMPTS, later, NOW),
        )
    }  # fmt: skip
    job(cast.sophie)
    assert set(looked_after(cast.administrator)) == {one for one, is_there in found.items() if is_there}


@proves(roles_of, _named)
def test_roles_of_a_person_are_those_of_today_of_every_kind(cast, cluster, programme, usinage, precision):
    user, other = person("roles@aero.example"), person("other@aero.example")
    partner = Partner.objects.create(cluster=cluster, short_name="MX", name_fr="MX", name_en="MX")
    yesterday, tomorrow = DAY - timedelta(days=1), DAY + timedelta(days=1)
    for who, roles in ((user, ("finance", "chair", "analyst")), (other, ("auditor", "officer", "concurrence"))):
        cluster_role(who, cluster, roles[0])
        Appointment.objects.create(user=who, cluster=cluster, program=programme, role=roles[1], starts_on=DAY)
        PartnerSeat.objects.create(user=who, partner=partner, role=roles[2], starts_on=DAY)
    Membership.objects.create(user=user, organisation=usinage, role="member")
    Membership.objects.create(user=other, organisation=precision, role="signatory")
    Membership.objects.create(user=user, organisation=precision, role="signatory", ended_at=NOW)
    cluster_role(user, cluster, "administrator", starts_on=tomorrow)
    ended = {"starts_on": yesterday, "ends_on": yesterday}
    Appointment.objects.create(user=user, cluster=cluster, program=programme, role="screener", **ended)
    PartnerSeat.objects.create(user=user, partner=partner, role="concurrence", **ended)
    assert roles_of(user) == {
        (RoleKind.CLUSTER, "finance"), (RoleKind.PROGRAM, "chair"), (RoleKind.PARTNER, "analyst"),
        (RoleKind.COMPANY, "member"),
    }  # fmt: skip
    user.is_active = False
    assert roles_of(User(pk=user.pk, is_active=False)) == frozenset()


# The page of a file


def act(subject, pk, verb, *, by, file=None, at=None, **more):
    """An entry of the trail, of this subject and file (keys)."""
    with clock.at(at or NOW):
        return record(SimpleNamespace(subject=subject, pk=pk, application_id=file), verb, by=by, **more)


@proves(duties_of, letters_of, next_steps)
def test_page_of_a_file_tells_its_duties_the_first_done_first_and_its_letters_the_latest_first(cast, programme):
    file, other = (files.file_row(cast, programme) for _n in range(2))
    done = [("screen", cast.screener, 2), ("endorse", cast.endorser, 3), ("score", cast.ana, 1), ("score", cast.ben, 1)]
    for duty, user, hours in done:
        with clock.at(NOW + timedelta(hours=hours)):
            record_duty(file.pk, by=user, duty=duty)
            record_duty(other.pk, by=cast.chair, duty="recommend")
    order = [cast.ana, cast.ben, cast.screener, cast.endorser]
    assert [one["who"] for one in duties_of(file)] == [user.full_name for user in order]
    first, last = (files.letter_row(file, state="sent") for _n in range(2))
    files.letter_row(other, state="sent")
    assert list(letters_of(file)) == [last, first]
    for state in ("superseded", "draft", "void"):
        files.decision_row(cast, programme, state=state, file=file, number=("superseded", "draft", "void").index(state))
    steps = [step.link for step in next_steps(file, cast.endorser)]
    assert steps == [file_page.FILE_DECISION(file.number)] * len(steps) != []


@proves(_came_to)
def test_bridge_of_a_file_that_left_ends_where_it_had_come_to(cast, programme):
    """By its own moves, the last first: not those of another file, nor what a review of it was before."""
    file = files.submitted_row(cast, programme)
    other = files.file_row(cast, programme)

    def moved(before, of=file, subject="application"):
        act(subject, of.pk, "move", by=cast.officer, file=of.pk, before=before, after="x")

    def labels(state, before):
        moved(before), moved("recommended", of=other)
        Application.objects.filter(pk=file.pk).update(state=state)
        with override("en"):
            return [one["label"] for one in bridge(Application.objects.get(pk=file.pk), "en")]

    assert labels("ineligible", "submitted") == ["Submitted", "Ineligible", "Letter sent"]
    moved("submitted", subject="assignment")
    assert labels("withdrawn", "in_review") == ["Submitted", "Eligible", "Withdrawn"]
    moved("reviewed"), moved("eligible", subject="assignment")
    assert labels("cancelled", "") == ["Submitted", "Eligible", "Reviewed", "Cancelled"]
    assert labels("reviewed", "in_review")[:5] == ["Submitted", "Eligible", "Reviewed", "Recommended", "Decided"]
    assert labels("in_review", "eligible")[:4] == ["Submitted", "Eligible", "In review", "Recommended"]


def test_bridge_of_a_file_that_was_withdrawn_keeps_the_letter_that_had_left_and_no_other(cast, programme):
    """The letter of an earlier decision is none of the last, which was undone with the file."""
    file = files.submitted_row(cast, programme)

    def moved(before, after, days):
        at = NOW + timedelta(days=days)
        act("application", file.pk, "move", by=cast.officer, file=file.pk, before=before, after=after, at=at)

    def road(sent):
        outcome_at = None if sent is None else NOW + timedelta(days=sent)
        Application.objects.filter(pk=file.pk).update(
            state="withdrawn", since=NOW + timedelta(days=5), outcome_at=outcome_at
        )
        with override("en"):
            return [(one["label"], one["state"]) for one in bridge(Application.objects.get(pk=file.pk), "en")]

    moved("submitted", "recommended", 0), moved("recommended", "waitlisted", 2)
    act("application", file.pk, "next_cohort", by=cast.officer, file=file.pk, at=NOW + timedelta(days=4))
    moved("waitlisted", "withdrawn", 5)
    decided = [(label, "done") for label in ("Submitted", "Eligible", "Reviewed", "Recommended", "Decided")]
    left = ("Withdrawn", "now")
    assert road(None) == road(1) == [*decided, left]
    assert road(2) == road(3) == [*decided, ("Letter sent", "done"), left]


@proves(timeline, entries, of_verbs)
def test_timeline_tells_what_happened_the_latest_first_without_the_small_acts(cast, monkeypatch):
    """Small acts take no place in it, whether their name says their subject or not."""
    monkeypatch.setattr(file_page, "TIMELINE", 3)
    file = SimpleNamespace(pk=7)
    small = [("application", "application.save_answer"), ("application", "mark_finding"), ("decision", "edit_reasons")]
    for number, verb in enumerate(("submit", "find_eligible", "start_review", "complete_review")):
        act("application", 7, f"application.{verb}", by=cast.officer, file=7, note=verb)
        act("application", 7, "application.save_answer", by=cast.officer, file=7)
        act("application", 8, "application.recommend", by=cast.chair, file=8, note=f"{number}")
    told = ["complete_review", "start_review", "find_eligible"]
    assert [one["note"] for one in timeline(file)] == told
    for subject, verb in small:
        act(subject, 7, verb, by=cast.officer, file=7, personal={"b": "2", "c": "3", "a": "1"})
    assert [one["note"] for one in timeline(file)] == told
    (entry,) = entries().filter(verb="mark_finding")
    assert [one.field for one in entry.erasables.all()] == ["a", "b", "c"]


def test_what_the_release_before_kept_of_an_answer_that_was_not_sent_is_read_by_nobody(cast):
    act("application", 7, "application.change_answer", by=cast.sophie, file=7, personal={"after": "Un brouillon."})
    act("application", 7, "application.mark_finding", by=cast.screener, file=7, personal={"reason": "Hors du projet."})
    lines = lines_of(entries().filter(application_id=7).order_by("pk"))
    assert [[text for _name, text in line.texts] for line in lines] == [[], ["Hors du projet."]]


# The trail of a file

PLACE = {
    "without the limit": "what is over the page's size is left out after: it only reads fewer rows",
}


@proves(of_file, _next, subjects_of, whole_chronicle, moot=PLACE)
def test_trail_of_a_file_has_its_acts_and_its_readings_in_one_order_of_time(cast, programme):
    """Those of the envelopes for its sake too. At one instant the acts come first, each kind as it was written."""
    file, other = (files.file_row(cast, programme) for _n in range(2))
    touched, untouched = (
        Envelope.objects.create(agreement=files.other_agreement(programme, name), fiscal_year=2026) for name in "AB"
    )
    for envelope, one in ((touched, file), (untouched, other)):
        LedgerEntry.objects.create(envelope=envelope, kind="reserve", amount=1, by=cast.officer, application_id=one.pk)

    def wrote(seconds, subject="application", pk=file.pk, of=file.pk, for_=None):
        given = {"application": for_} if for_ else {}
        return act(subject, pk, "x", by=cast.officer, file=of, at=NOW + timedelta(seconds=seconds), given=given)

    def read(seconds, of=file.pk):
        with clock.at(NOW + timedelta(seconds=seconds)):
            return record_reading(cast.officer, application_id=of, subject="application", what=Read.FILE)

    latest, late, early, same, beside, again = wrote(5), wrote(3), wrote(1), wrote(2), wrote(2), wrote(2)
    money = wrote(2, "envelope", touched.pk, None, file.pk)
    wrote(2, of=other.pk, pk=other.pk), wrote(2, "envelope", touched.pk, None, other.pk)
    wrote(2, "envelope", untouched.pk, None, file.pk), wrote(2, "partner", touched.pk, None, file.pk)
    wrote(2, "envelope", touched.pk, None)
    last, first, second, third = read(4), read(1), read(2), read(2)
    read(2, of=other.pk)
    with clock.at(NOW + timedelta(seconds=3)):
        listed = record_list_reading(
            cast.officer, subject="files", what=Read.LIST, question={}, count=1, digest="", listed=[file.pk]
        )
    order = [early, first, same, beside, again, money, second, third, late, listed, last, latest]
    keys = [f"{'r' if isinstance(row, Reading) else 'e'}{row.pk}" for row in order]
    assert [line.key for line in whole_chronicle(file)] == keys
    for size in (1, 2, 4, len(keys)):
        found, after = [], None
        for _page in range(len(keys)):
            lines, after = chronicle(file, after=after, size=size)
            assert len(lines) <= size
            found += [line.key for line in lines]
            after = after and Place.read(str(after))
            if after is None:
                break
        assert (size, found) == (size, keys)
    lines, _after = chronicle(file, readings=False)
    assert [line.key for line in lines] == [key for key in keys if key.startswith("e")]
    wrote(5, "assignment", 1), wrote(6, "assignment", 1), wrote(6, "assignment", 2, other.pk)
    assert subjects_of(file) == 2


# The search


@proves(
    lines_of,
    moot={
        "without `pk__in=": "it only reads fewer references than there are files",
        "without `if r.application_id`": "no file has no key: it only asks for one key less",
    },
)
def test_line_of_the_trail_names_its_file(cast, programme):
    file, _other = (files.file_row(cast, programme) for _n in range(2))
    rows = [act("application", file.pk, "x", by=cast.officer, file=file.pk), act("cluster", 1, "x", by=cast.officer)]
    assert [line.reference for line in lines_of(reversed(rows))] == ["", file.reference]


@proves(
    lines_of,
    moot={
        "without `pk__in=": "it only reads fewer references than there are files",
        "without `if r.application_id`": "no file has no key: it only asks for one key less",
    },
)
def test_number_and_fingerprint_of_what_is_of_no_file_are_told_where_no_file_is_closed_to_the_reader(cast, programme):
    """A chain of the cluster's counts what was done there for the sake of every file; a file's own counts its own."""
    file, closed = (files.file_row(cast, programme) for _n in range(2))
    rows = [act("envelope", 1, "x", by=cast.officer), act("decision", 1, "x", by=cast.officer, file=file.pk)]
    declare_standing(closed.pk, user=cast.auditor, standing="conflict")

    def placed(reader):
        return [(line.seq, line.digest) for line in lines_of(rows, reader=reader)]

    whole = [(row.seq, row.digest) for row in rows]
    assert placed(cast.administrator) == placed(CLOCK) == whole
    assert placed(cast.auditor) == [(None, ""), whole[1]]


def found(clusters, *, size=100, before=None, reader=CLOCK, **wanted):
    """The keys of the lines that are found, and the place to ask with next."""
    lines, after = matching(clusters, Filter(**wanted), reader=reader, size=size, before=before)
    return [line.key for line in lines], after


def keys_of(rows, kind="e"):
    return [f"{kind}{row.pk}" for row in rows]


@proves(matching, _before, _place, _people, of_verbs, moot=PLACE)
def test_search_of_the_trail_finds_what_has_every_part_that_is_asked_the_latest_first(cast, cluster, programme):
    clusters = Cluster.objects.filter(pk=cluster.pk)
    file, other = (files.file_row(cast, programme) for _n in range(2))
    there = files.file_row(cast, files.other_programme(programme, elsewhere=True))
    key = SimpleNamespace(actor="key", pk=cast.officer.pk, on_behalf_of="MX")  # of the same number

    def wrote(verb, *, by=cast.officer, of=file, seconds=0, subject="application"):
        return act(subject, of.pk, verb, by=by, file=of.pk, at=NOW + timedelta(days=9, seconds=seconds))

    def read(*, by=cast.officer, of=file, seconds=0):
        with clock.at(NOW + timedelta(days=9, seconds=seconds)):
            return record_reading(by, application_id=of.pk, subject="application", what=Read.FILE)

    one, two, three = wrote("application.a"), wrote("a", seconds=2), wrote("application.b", seconds=1)
    four, five, six = wrote("a", of=other), wrote("a", by=cast.ana), wrote("a", by=key)
    seven = wrote("a", subject="decision")
    wrote("a", of=there)
    eight = wrote("a", by=person("x7@aero.example"), of=other)
    rows = [eight, seven, six, five, four, three, two, one]
    since = NOW + timedelta(days=9)
    assert found(clusters, first=since) == (keys_of(rows), None)
    assert found(clusters, first=since, size=3) == (keys_of(rows[:3]), Place(since, 3))
    assert found(clusters, first=since, size=3, before=Place(since, 3)) == (keys_of(rows[3:6]), Place(three.at, 1))
    assert found(clusters, first=since, size=3, before=Place(three.at, 1)) == (keys_of(rows[6:]), None)
    assert found(clusters, first=since, before=Place(since, 6)) == ([], None)
    for nobodys in (Place(since, 7), Place(since + timedelta(days=1), 1)):
        assert found(clusters, before=nobodys) == ([], None)
    assert found(clusters, first=since, size=8) == (keys_of(rows), None)
    assert found(clusters, reference=file.reference.lower(), first=since)[0] == keys_of(
        one for one in rows if one.application_id == file.pk
    )
    assert found(clusters, reference="FE-2026-99999") == found(clusters, reference=there.reference) == ([], None)
    assert found(clusters, verb="application.a")[0] == keys_of([eight, six, five, four, two, one])
    assert found(clusters, first=since + timedelta(seconds=1))[0] == keys_of([three, two])
    last = since + timedelta(seconds=1)
    assert found(clusters, first=since, last=last)[0] == keys_of(one for one in rows if one is not two)
    for words in ("Bélanger maude", "maude.belanger", "MAUDE"):
        assert found(clusters, first=since, person=words)[0] == keys_of([seven, four, three, two, one])
    for words in ("inès", "roy", "x7@"):
        assert found(clusters, person=words)[0] == keys_of([eight])
    for words in ("maude tremblay", "personne"):
        assert found(clusters, person=words) == ([], None)

    read(of=there)
    readings = [read(), read(of=other), read(by=cast.ana), read(by=key), read(seconds=1)][::-1]
    assert found(clusters, readings=True, first=since) == (keys_of(readings, "r"), None)
    theirs = [row for row in readings if row.application_id == file.pk]
    assert found(clusters, readings=True, reference=file.reference)[0] == keys_of(theirs, "r")
    by_name = [row for row in readings if (row.actor_kind, row.actor_id) == ("person", cast.officer.pk)]
    assert found(clusters, readings=True, person="maude", verb="application.a")[0] == keys_of(by_name, "r")


@proves(_of_clusters, _staff, _of_partners)
def test_trail_of_a_cluster_is_of_its_files_of_what_it_owns_and_of_its_people(cast, cluster, programme, usinage, prime):
    """Not of another cluster's, even where its people acted, nor of another thing that has the same number."""
    there = files.other_programme(programme, elsewhere=True)
    here_file = files.file_row(cast, programme, organisation=usinage)
    there_file = files.file_row(cast, there, organisation=prime)
    for one in (Membership, Appointment, ClusterAppointment):
        one.objects.exclude(user__in=[cast.officer, cast.ana, cast.sophie, cast.sponsor]).delete()
    Appointment.objects.exclude(user=cast.ana).delete()
    ClusterAppointment.objects.exclude(user=cast.officer).delete()
    theirs = person("theirs@ailleurs.example"), person("all@ailleurs.example")
    Appointment.objects.create(user=theirs[0], cluster=there.cluster, program=there, role="chair", starts_on=DAY)
    cluster_role(theirs[1], there.cluster, "officer")
    ours = {cast.officer, cast.ana, cast.sophie}
    clusters = Cluster.objects.filter(pk=cluster.pk)
    assert set(User.objects.filter(pk__in=_staff(clusters))) == ours
    staff, others = cast.ana, theirs[0]

    def things(program, file, user):
        agreement = files.other_agreement(program, f"M{program.code}")
        envelope = Envelope.objects.create(agreement=agreement, fiscal_year=2026)
        key = ApiKey.objects.create(
            partner=agreement.partner, name="k", prefix=program.code, digest="0" * 64, created_by=user, expires_at=NOW
        )
        return {
            "cluster": program.cluster, "program": program, "call": file.call, "partner": agreement.partner,
            "agreement": agreement, "envelope": envelope, "api_key": key, "organisation": file.organisation,
            "user": user, "job": job(user),
        }  # fmt: skip

    mine, others_things = things(programme, here_file, staff), things(there, there_file, others)
    start = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    wanted = [act(name, one.pk, "x", by=cast.officer) for name, one in mine.items()]
    wanted += [act("decision", 1, "x", by=others, file=here_file.pk)]
    wanted += [act(name, 900, "x", by=staff) for name in ("interest", "undertaking")]
    for name, one in others_things.items():
        act(name, one.pk, "x", by=cast.officer)
    for name, one in mine.items():
        act(name, one.pk, "x", by=cast.officer, file=there_file.pk)
    for one in mine.values():
        act("setting", one.pk, "x", by=cast.officer)
    act("setting", 900, "x", by=staff), act("interest", 901, "x", by=others)
    act("interest", 902, "x", by=staff, file=there_file.pk)
    assert set(Entry.objects.filter(_of_clusters(clusters, False), pk__gt=start)) == set(wanted)

    def read(file, by):
        return record_reading(by, application_id=file, subject="files", what=Read.LIST)

    def key(of):
        return SimpleNamespace(actor="key", pk=of["api_key"].pk, on_behalf_of="MX")

    for user, of in ((cast.analyst, mine), (others, others_things)):
        PartnerSeat.objects.filter(user=user).delete()
        PartnerSeat.objects.create(user=user, partner=of["partner"], role="analyst", starts_on=DAY)
    seen = [read(here_file.pk, others), read(None, staff), read(None, cast.analyst), read(None, key(mine))]
    (
        read(there_file.pk, staff),
        read(None, others),
        read(None, key(others_things)),
        read(None, SimpleNamespace(actor="guest", pk=staff.pk, on_behalf_of="MX")),
        read(None, SimpleNamespace(actor="guest", pk=mine["api_key"].pk, on_behalf_of="MX")),
        read(None, SimpleNamespace(actor="guest", pk=cast.analyst.pk, on_behalf_of="MX")),
        read(there_file.pk, cast.analyst),
    )
    assert set(Reading.objects.filter(_of_clusters(clusters, True))) == set(seen)


@proves(_open_to)
def test_trail_that_is_searched_leaves_out_every_line_of_a_file_that_is_closed_to_its_reader(
    cast, cluster, programme, precision
):
    """By what they declared, and by a company that they act for, or did within two years. Not longer ago. What its
    reviewers sign for the call is left out too."""
    clusters, since = Cluster.objects.filter(pk=cluster.pk), NOW + timedelta(days=9)
    free, declared = (files.file_row(cast, programme) for _n in range(2))
    own = files.file_row(cast, programme, organisation=precision)
    declare_standing(declared.pk, user=cast.auditor, standing="conflict")
    member = Membership.objects.create(organisation=precision, user=cast.auditor, role="member")
    envelope = Envelope.objects.create(agreement=files.other_agreement(programme, "A"), fiscal_year=2026)

    def wrote(file):
        named = act("user", cast.officer.pk, "x", by=cast.officer, at=since, given={"reference": file.reference})
        paid = act("envelope", envelope.pk, "x", by=cast.officer, at=since, given={"application": file.pk})
        return act("application", file.pk, "x", by=cast.officer, at=since, file=file.pk), paid, named

    def read(*listed):
        return record_list_reading(cast.officer, subject="files", what=Read.LIST, question={}, listed=listed)

    opened, of_own, of_declared = wrote(free), wrote(own), wrote(declared)
    here, elsewhere = (
        Undertaking.objects.create(call=call, user=cast.ana) for call in (free.call, another_call(free.call))
    )
    signed = act("undertaking", here.pk, "x", by=cast.officer, at=since)
    subjects = (("cluster", cluster.pk), ("undertaking", elsewhere.pk), ("interest", here.pk))
    nobodys = [act(subject, pk, "x", by=cast.officer, at=since) for subject, pk in subjects]
    assert len({one.pk for one in (*opened, *of_own, *of_declared, signed, *nobodys)}) == 13
    with clock.at(since):
        alone = record_reading(cast.officer, application_id=free.pk, subject="application", what=Read.FILE)
        for file in (own, declared):
            record_reading(cast.officer, application_id=file.pk, subject="application", what=Read.FILE)
        one, _two, _three = read(free.pk), read(own.pk, free.pk), read(declared.pk)
        trail_read = record_reading(cast.auditor, application_id=None, subject="trail", what=Read.TRAIL)

    def lines(reader, **wanted):
        return set(found(clusters, reader=reader, first=since, **wanted)[0])

    everything = keys_of([*opened, *of_own, *of_declared, signed, *nobodys])
    assert lines(cast.administrator) == lines(CLOCK) == set(everything)
    assert lines(cast.auditor) == lines(cast.auditor, person="maude") == set(keys_of([*opened, *nobodys]))
    assert lines(cast.auditor, verb="application.x") == set(keys_of(opened[:1]))
    assert lines(cast.auditor, readings=True) == set(keys_of([alone, one, trail_read], "r"))
    assert len(lines(cast.administrator, readings=True)) == 7
    for file in (own, declared):
        assert lines(cast.administrator, reference=file.reference)
        for readings in (True, False):
            assert lines(cast.auditor, reference=file.reference, readings=readings) == set()
    left = {"ended_at": NOW - timedelta(days=700)}
    Membership.objects.filter(pk=member.pk).update(**left)
    assert lines(cast.auditor) == set(keys_of([*opened, *nobodys]))
    Membership.objects.filter(pk=member.pk).update(ended_at=NOW - timedelta(days=800))
    assert lines(cast.auditor) == set(keys_of([*opened, *of_own, *nobodys]))
