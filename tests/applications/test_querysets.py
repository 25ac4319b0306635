"""Which files, and which rows of a file, are whose: one of each kind, in and out."""

import io
from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import translation

from accounts.models import Membership, Organisation, User
from accounts.querysets import MembershipQuerySet
from applications.access import STAFF, enter
from applications.checks import name_files
from applications.facts import asked
from applications.lists import FileList, _lines, _names_of, hand_out
from applications.models import Application, ChangeItem, Document, Snapshot
from applications.querysets import (
    ApplicationQuerySet,
    ChangeItemQuerySet,
    ChangeRequestQuerySet,
    DocumentQuerySet,
    OfFileQuerySet,
    SnapshotQuerySet,
    SponsorshipQuerySet,
    _read_by_role,
    given_by_membership,
    given_by_role,
)
from applications.rules.submission import takes_answers
from applications.selectors import Chosen, Submitted, calls_of, chosen_files
from applications.selectors.calls import offers_to, organisations_of
from applications.selectors.lists import in_order
from applications.selectors.people import _acting, members_of, people_of, signatories_of
from audit.actors import CLOCK
from documents.models import Upload
from moves.refusals import Forbidden
from moves.services import declare_standing
from programs.models import Accommodation, Call
from programs.roles import ProgramRole
from tests.decisions.files import file_row, other_programme, submitted_row
from tests.files import AT, another, another_call, another_cluster
from tests.mutants import proves
from work import clock, jobs
from work.models import Job, JobKeys

pytestmark = pytest.mark.django_db

NOW = AT + timedelta(days=3)
DAY = timedelta(days=1)


@pytest.fixture
def files(cast, programme):
    return [submitted_row(cast, programme, company=company) for company in ("usinage", "precision")]


@proves(DocumentQuerySet.attached)
def test_documents_attached_are_those_that_were_not_taken_off(cast, files):
    def attach(file, **more):
        key = str(Upload.objects.count())
        upload = Upload.objects.create(uploader=cast.sophie, key=key, name="plan.pdf", size=3, sha256="0" * 64)
        return Document.objects.create(application=file, question="plan", upload=upload, by=cast.sophie, **more)

    first, other = (attach(file) for file in files)
    attach(files[0], removed_at=AT)
    second, third = attach(files[0]), attach(files[0])
    first.save()  # the last of its table: the order is not that of the rows
    assert set(Document.objects.attached()) == {first, second, third, other}
    assert list(files[0].documents.attached()) == [first, second, third]


@proves(OfFileQuerySet.of_member, OfFileQuerySet.of_staff, OfFileQuerySet.visible_to)
def test_rows_of_a_file_are_open_to_who_may_open_the_file(cast, programme, files):
    barred = submitted_row(cast, programme)
    away = file_row(cast, other_programme(programme, elsewhere=True))
    away.snapshots.create(number=1, canonical="{}", digest="0" * 64, form_version=1, signed_name="", by=cast.sophie)
    declare_standing(barred.pk, user=cast.officer, standing="conflict")
    declare_standing(barred.pk, user=cast.sophie, standing="conflict")  # its own file is open to the applicant
    mine, theirs, closed, elsewhere = (file.snapshots.get() for file in (*files, barred, away))
    rows = Snapshot.objects
    assert set(rows.of_member(cast.sophie)) == set(rows.visible_to(cast.sophie)) == {mine, closed, elsewhere}
    assert set(rows.of_staff(cast.officer)) == set(rows.visible_to(cast.officer)) == {mine, theirs}
    Membership.objects.create(user=cast.officer, organisation=files[0].organisation, role="member")
    assert set(rows.visible_to(cast.officer)) == {mine, closed, elsewhere, theirs}
    assert set(rows.of_staff(cast.officer)) == {theirs}
    assert [*rows.of_member(CLOCK), *rows.of_staff(CLOCK), *rows.visible_to(CLOCK), *rows.of_staff(cast.sophie)] == []


@proves(SnapshotQuerySet.current, SnapshotQuerySet.latest_first)
def test_submission_that_counts_is_the_one_neither_taken_back_nor_replaced(files):
    first, other = (file.snapshots.get() for file in files)
    Snapshot.objects.filter(pk=first.pk).update(superseded_at=AT)
    assert list(files[0].snapshots.current()) == []
    second = files[0].snapshots.create(
        number=2, canonical="{}", digest="0" * 64, form_version=1, signed_name="", by=first.by
    )
    assert set(Snapshot.objects.current()) == {second, other}
    first.number = 3
    first.save()
    assert list(files[0].snapshots.latest_first()) == [first, second]


@pytest.fixture
def row(cast, programme, clock_at):
    """A file of Usinage Gauthier as a row, in the call of the cast, which is open."""
    clock_at(NOW)
    return submitted_row(cast, programme)


@proves(
    ApplicationQuerySet.of_member, ApplicationQuerySet.of_staff, ApplicationQuerySet.held_by,
    ApplicationQuerySet.listed, ApplicationQuerySet.visible_to, given_by_membership, given_by_role, _read_by_role,
)  # fmt: skip
def test_files_are_read_by_their_own_people_and_once_submitted_by_the_staff_of_their_programme(
    cast, programme, precision
):
    """Who is barred from a file reads it as its own alone, as does a person of the staff who acts for its company."""
    own, barred, doubt = (file_row(cast, programme) for _n in range(3))
    draft = file_row(cast, programme, state="draft")
    theirs, closed = (file_row(cast, programme, organisation=precision) for _n in range(2))
    file_row(cast, programme, organisation=precision, state="draft")
    there = other_programme(programme, elsewhere=True)
    away, away_draft = (file_row(cast, there, state=state) for state in ("submitted", "draft"))
    file_row(cast, there, organisation=precision)
    for file, standing in ((barred, "conflict"), (doubt, "unsure"), (closed, "conflict"), (own, "clear")):
        declare_standing(file.pk, user=cast.screener, standing=standing)
    declare_standing(own.pk, user=cast.chair, standing="conflict")
    Membership.objects.create(user=cast.endorser, organisation=own.organisation, role="member")
    Membership.objects.create(user=cast.approver, organisation=precision, role="member", ended_at=clock.now())
    of_company, of_staff = {own, barred, doubt, draft, away, away_draft}, {own, theirs}
    call, files = own.call_id, Application.objects
    assert set(files.of_member(cast.sophie)) == set(files.of_member(cast.endorser)) == of_company
    assert set(files.of_member(cast.screener)) == set(files.of_member(cast.approver)) == set()
    assert set(files.of_staff(cast.screener)) == of_staff
    assert set(files.of_staff(cast.endorser)) == {theirs, closed}
    assert set(files.of_staff(cast.approver)) == {own, barred, doubt}
    assert set(files.held_by(cast.screener, ProgramRole.SCREENER, ProgramRole.CHAIR)) == of_staff
    assert set(files.held_by(cast.screener, ProgramRole.OFFICER)) == set()
    assert set(files.listed(cast.screener, [call])) == of_staff
    assert set(files.listed(cast.screener, [])) == set()
    assert set(files.visible_to(cast.screener)) == of_staff
    assert set(files.visible_to(cast.endorser)) == of_company | {theirs, closed}
    assert set(files.visible_to(cast.sophie)) == of_company
    for nobody in (User(pk=cast.screener.pk, is_active=False), CLOCK):
        assert [*files.of_member(nobody), *files.of_staff(nobody), *files.visible_to(nobody)] == []


@proves(name_files)
def test_pages_below_name_the_files_that_their_reader_opens_as_staff(cast, programme):
    own, barred, _other = (file_row(cast, programme) for _n in range(3))
    away = file_row(cast, other_programme(programme, elsewhere=True))
    declare_standing(barred.pk, user=cast.officer, standing="conflict")
    found = name_files([own.pk, barred.pk, away.pk], cast.officer)
    assert {pk: name.reference for pk, name in found.items()} == {own.pk: own.reference}


@proves(enter)
def test_door_opens_the_file_that_is_named_and_looks_at_its_own_conflicts_alone(
    cast, programme, django_assert_num_queries
):
    """Not at what its reader declared elsewhere, nor at what another declared here, nor at what was since ruled."""
    first, file, other = (file_row(cast, programme, opened_at=AT) for _n in range(3))
    for one, user, standing in (
        (first, cast.officer, "conflict"), (file, cast.chair, "conflict"),
        (file, cast.officer, "unsure"), (file, cast.officer, "clear"),
    ):  # fmt: skip
        declare_standing(one.pk, user=user, standing=standing)
    with django_assert_num_queries(1):
        assert enter(cast.officer, STAFF, read=None, reference=file.reference) == file
    assert enter(cast.officer, STAFF, read=None, pk=other.pk) == other
    with pytest.raises(Forbidden):
        enter(cast.officer, STAFF, read=None, pk=first.pk)
    with pytest.raises(Http404):
        enter(cast.officer, STAFF, read=None, pk=file_row(cast, other_programme(programme, elsewhere=True)).pk)


# ------------------------------------------------------------------ requests and sponsors


@proves(SponsorshipQuerySet.standing)
def test_sponsorship_stands_until_it_is_cancelled_or_declined(cast, files):
    def ask(file, **ended):
        token = str(file.sponsorships.count())
        return file.sponsorships.create(
            email="h@boreal.example", token_digest=f"{file.pk}-{token}", invited_by=cast.sophie, expires_at=AT, **ended
        )

    first, confirmed, other = ask(files[0]), ask(files[0], confirmed_at=AT), ask(files[1])
    ask(files[0], cancelled_at=AT), ask(files[0], declined_at=AT)
    assert set(files[0].sponsorships.standing()) == {first, confirmed}
    assert set(type(first).objects.standing()) == {first, confirmed, other}


def request(cast, file, *questions, answered=(), **ended):
    made = file.change_requests.create(by=cast.officer, due=NOW + len(questions) * DAY, **ended)
    for question in questions:
        at = AT if question in answered else None
        made.items.create(question=question, why="unclear", message="?", answered_at=at)
    return made


@proves(
    ChangeRequestQuerySet.waiting, ChangeRequestQuerySet.latest_first, asked, takes_answers,
    ChangeItemQuerySet.waiting, ChangeItemQuerySet.answered, ChangeItemQuerySet.unanswered, ChangeItemQuerySet.as_asked,
    moot={"without `question`": "nothing is asked of no question"},
)  # fmt: skip
def test_request_that_waits_is_neither_answered_nor_cancelled_and_opens_what_it_asks_alone(cast, row):
    request(cast, row, "cancelled", cancelled_at=AT)
    request(cast, row, "before", "more", answered_at=AT)
    other = another(row, state="changes_requested")
    theirs = request(cast, other, "theirs")
    waits = request(cast, row, "title", "summary", "costs", answered=["summary"])
    Application.objects.filter(pk=row.pk).update(state="changes_requested")
    row = Application.objects.get(pk=row.pk)
    assert list(row.change_requests.waiting()) == [waits]
    one, two = row.change_requests.exclude(pk=waits.pk).order_by("pk")
    one.save()  # the last of its table
    assert list(row.change_requests.latest_first()) == [waits, two, one]
    assert set(type(waits).objects.waiting()) == {waits, theirs}
    title, summary, costs = waits.items.order_by("pk")
    title.save()  # the last of its table
    assert set(ChangeItem.objects.waiting(row)) == {title, summary, costs}
    assert list(waits.items.as_asked()) == [title, summary, costs]
    assert (set(waits.items.answered()), set(waits.items.unanswered())) == ({summary}, {title, costs})
    found = asked(row, cast.officer)
    assert (found.unanswered, found.until) == (2, NOW + 3 * DAY)
    assert [question for question in ("title", "summary", "before", "cancelled", "theirs", "")
            if takes_answers(row, question) is None] == ["title", "summary"]  # fmt: skip
    draft, sent = (another(row, state=state) for state in ("draft", "submitted"))
    assert takes_answers(draft, "title") is None
    assert (takes_answers(sent, "title").code, asked(sent, cast.officer).until) == ("submitted", None)


# ------------------------------------------------------------------ people and their organisations


@proves(people_of, members_of, _acting)
def test_those_who_are_told_sign_for_the_applicant_or_began_its_draft_and_act_for_it_today(cast, row, precision):
    def member(name, role="member", *, of=row.organisation, **fields):
        user = User.objects.create(email=f"{name}@usinage.example", given_name=name, family_name="Roy", **fields)
        Membership.objects.create(user=user, organisation=of, role=role)
        return user

    member("closed", "signatory", is_active=False), member("elsewhere", "signatory", of=precision)
    signs, began = member("signs", "signatory"), member("began")
    left = member("left")
    Membership.objects.filter(user=left).update(ended_at=NOW)
    User.objects.get(pk=cast.sophie.pk).save()  # the last of its table: the order is not that of the rows
    Application.objects.filter(pk=row.pk).update(created_by=began)
    by_key = sorted([cast.sophie, cast.olivier, signs, began], key=lambda user: user.pk)
    assert list(members_of(row.organisation)) == by_key
    assert list(people_of(Application.objects.get(pk=row.pk))) == [one for one in by_key if one != cast.olivier]
    Application.objects.filter(pk=row.pk).update(created_by=left)
    told = list(people_of(Application.objects.get(pk=row.pk)))
    assert told == [one for one in by_key if one not in (cast.olivier, began)]


@proves(signatories_of, MembershipQuerySet.signing)
def test_those_who_can_sign_are_the_signatories_of_today_with_an_open_account_by_name(cast, row, precision):
    def member(name, role="signatory", *, of=row.organisation, **fields):
        user = User.objects.create(email=f"{name}@usinage.example", given_name=name, family_name="Zola", **fields)
        return Membership.objects.create(user=user, organisation=of, role=role).user

    member("closed", is_active=False), member("elsewhere", of=precision), member("drafts", "member")
    Membership.objects.filter(user=member("left")).update(ended_at=NOW)
    zoe, emile = member("Zoé"), member("Émile")
    again = User.objects.create(email="emile@beton.example", given_name="Émile", family_name="Zola")
    Membership.objects.create(user=again, organisation=row.organisation, role="signatory")
    found = list(signatories_of(row.organisation))
    assert found == [cast.sophie, emile, again, zoe]


@proves(organisations_of)
def test_organisations_that_a_person_acts_for_are_told_by_name(cast, usinage, precision):
    def organisation(name, neq, user=cast.sophie):
        made = Organisation.objects.create(legal_name=name, neq=neq)
        Membership.objects.create(user=user, organisation=made, role="member")
        return made

    last, first, same = (organisation(name, f"114000000{n}") for n, name in enumerate(("Zinc", "Éclair", "éclair")))
    organisation("Aviation", "1140000009", cast.olivier)
    organisation("Boulons", "1140000010").memberships.update(ended_at=NOW)
    again = organisation("Zinc", "1140000008")
    found = list(organisations_of(cast.sophie))
    assert found == [first, same, usinage, last, again] or found == [same, first, usinage, last, again]
    assert list(organisations_of(CLOCK)) == []


# ------------------------------------------------------------------ calls


@proves(offers_to)
def test_calls_on_offer_are_those_that_are_open_first_each_by_its_next_closing(row, usinage, precision):
    """One that closed is still offered to who was given a later closing that is to come, and to nobody else."""

    def call(opens, closes, **more):
        return another_call(row.call, opens_at=NOW + opens * DAY, closes_at=NOW + closes * DAY, kind="fixed", **more)

    late, soon = call(-5, 9), call(-5, 2)
    announced, next_one = call(3, 8), call(3, 4)
    now, ours, theirs, over = call(-5, 0), call(-5, -1), call(-5, -1), call(-5, -1)
    call(-5, 5, state="draft"), call(-5, 5, state="cancelled"), call(-5, 5, state="archived")
    for one, organisation, closes in ((ours, usinage, 1), (theirs, precision, 1), (over, usinage, 0)):
        Accommodation.objects.create(call=one, organisation=organisation, closes_at=NOW + closes * DAY)
    Call.objects.filter(pk=row.call_id).update(state="draft")
    public = [soon, late, next_one, announced]
    assert [one.call for one in offers_to()] == public
    assert [one.call for one in offers_to([usinage.pk])] == [ours, *public]
    assert now not in [one.call for one in offers_to([precision.pk])]


@proves(calls_of)
def test_calls_opened_at_one_instant_are_listed_the_last_made_first(cast, row):
    beside, before = another_call(row.call), another_call(row.call, opens_at=row.call.opens_at - DAY)
    assert calls_of(cast.officer) == [beside, row.call, before]


# ------------------------------------------------------------------ the list of files


@proves(chosen_files, in_order)
def test_files_chosen_match_every_filter_and_are_led_through_by_their_time_limit_or_the_latest_first(cast, row):
    def file(due, state="submitted", **more):
        return another(row, due=None if due is None else NOW + due, state=state, **more)

    Application.objects.filter(pk=row.pk).update(state="draft")
    second, tick, soon = timedelta(seconds=1), timedelta(0), clock.soon_until(NOW) - NOW
    none, later, edge, at, late = (file(due) for due in (None, soon + second, soon, tick, -second))
    screened, same = file(soon, "eligible", submitted_at=AT + DAY), file(soon, submitted_at=AT + DAY)
    empty = file(None)
    other = another_call(row.call)
    away, barred = file(tick, call=other), file(tick)
    file(tick, "draft")
    declare_standing(barred.pk, user=cast.officer, standing="conflict")

    def chosen(sort="due", calls=(row.call, other), **wanted):
        return list(in_order(chosen_files(cast.officer, list(calls), Chosen(**wanted), now=NOW), sort))

    whole = [late, at, away, edge, screened, same, later, none, empty]
    assert chosen() == whole
    assert chosen("recent") == [same, screened, away, empty, late, at, edge, later, none]
    assert chosen(calls=[row.call]) == [one for one in whole if one != away]
    assert chosen(call=str(other.public_id)) == [away]
    assert chosen(state="eligible") == [screened]
    assert chosen(due="late") == [late]
    assert chosen(due="soon") == [at, away, edge, screened, same]
    assert chosen(due="none") == [none, empty]


@proves(
    _lines, FileList.details, _names_of,
    moot={"without `if key not in found`": "what is found is of a call that is listed: it only asks of fewer"},
)  # fmt: skip
def test_lines_of_a_list_are_of_the_files_that_its_reader_still_lists_in_the_order_asked(cast, row):
    other, gone = another_call(row.call, name_fr="Appel autre", name_en="Other call"), another_call(row.call)
    second, barred, away, elsewhere = another(row), another(row), another(row, call=other), another(row, call=gone)
    declare_standing(barred.pk, user=cast.officer, standing="conflict")
    keys, calls = [away.pk, barred.pk, row.pk], [row.call, other]
    lines = _lines(keys, calls, by=cast.officer)
    assert [line.split(";")[0] for line in lines.content.decode().splitlines()] == [away.reference, row.reference]
    assert (lines.count, second.pk in keys) == (2, False)
    with pytest.raises(jobs.Refused):
        _lines([row.pk, elsewhere.pk], calls, by=cast.officer)
    asked_for = [Chosen(call=str(other.public_id)), Chosen()]
    assert _names_of(asked_for) == {str(other.public_id): other.name}
    with translation.override("en"):
        order = ("Order", "By time limit")
        assert [(str(name), said) for name, said in FileList().details(asked_for[0])] == [("Call", other.name), order]


@proves(hand_out)
def test_list_is_handed_out_while_its_reader_lists_every_file_of_it_and_none_bars_them(cast, row, monkeypatch):
    monkeypatch.setattr(jobs, "open_result", lambda _job: io.BytesIO())
    barred, away = another(row), another(row, call=another_call(row.call, cluster=another_cluster()))
    declare_standing(barred.pk, user=cast.officer, standing="conflict")
    declare_standing(row.pk, user=cast.chair, standing="conflict")

    def listed(*files):
        token = f"{Job.objects.count():032}"
        job = Job.objects.create(
            kind="file_list", owner=cast.officer, state="done", language="fr", asked=Chosen().packed(),
            cursor={"start": 1, "lines": 1}, token=token, digest=token,
        )  # fmt: skip
        JobKeys.objects.create(job=job, keys=[file.pk for file in files])
        return job.public_id

    assert hand_out(listed(row, another(row)), by=cast.officer).file
    for file in (barred, away):
        with pytest.raises(Forbidden):
            hand_out(listed(row, file), by=cast.officer)
    with pytest.raises(Job.DoesNotExist):
        hand_out(listed(row), by=cast.screener)


# ------------------------------------------------------------------ documents


@proves(Submitted.documents_of, DocumentQuerySet.named)
def test_documents_joined_are_those_of_that_submission_in_the_order_they_came(cast, files):
    def join(file):
        key = str(Upload.objects.count())
        upload = Upload.objects.create(uploader=cast.sophie, key=key, name="plan.pdf", size=3, sha256="0" * 64)
        return Document.objects.create(application=file, question="plan", upload=upload, by=cast.sophie)

    first, _later, second, theirs = join(files[0]), join(files[0]), join(files[0]), join(files[1])
    first.removed_at = AT  # taken off since
    first.save()  # the last of its table: the order is not that of the rows
    joined = Submitted(documents=tuple(str(one.public_id) for one in (second, theirs, first)))
    assert list(joined.documents_of(files[0])) == [first, second]
