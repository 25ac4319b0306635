"""A message leaves as long as what it says holds: each kind that asks or promises something, queued by what is done in
the product, and what ends it before the mail server takes it. Who answers: `selectors/holding.py` of each app."""

from datetime import date, timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str

from accounts.models import Invitation, Organisation, User
from accounts.pages import CHOOSE_PASSWORD, CONFIRM_ADDRESS
from accounts.services import change_password
from accounts.services.invitations import cancel_invitation, invite_member
from applications.rules import Change
from applications.services.changes import (
    cancel_request,
    chase_requests,
    extend_request,
    request_changes,
    resubmit_application,
)
from applications.services.cohorts import move_incomplete_files
from applications.services.drafts import delete_draft, save_answer
from applications.services.screening import find_complete
from applications.services.sponsors import cancel_sponsorship, invite_sponsor
from applications.services.submission import withdraw_application
from applications.states import ChangeWhy
from audit.actors import CLOCK
from decisions.selectors import UNSHOWN
from decisions.services import approve, concur, endorse, send_back, set_acts_aside
from decisions.services.messages import tell_failed, tell_stuck
from letters.models import Letter
from moves.services import declare_standing, record_duty
from moves.states import Duty
from notifications import messages
from notifications.constants import Holds
from notifications.messages import KINDS
from notifications.models import Message
from notifications.services import queue_message
from notifications.tasks import send_messages
from programs.models import Appointment
from programs.services.calls import accommodate_applicant, cancel_call, extend_call
from reviews.services import (
    assign_reviewer,
    cancel_assignment,
    declare_interests,
    decline_assignment,
    reopen_review,
    rule_on_declaration,
    start_review,
    submit_review,
    uphold_acts,
)
from tests import files
from tests.decisions import files as decided
from tests.reviews import files as reviewed
from tests.reviews.files import SCREENED, of
from work import clock
from work.querysets import set_aside

pytestmark = pytest.mark.django_db

ASKED = files.AT + timedelta(days=2)
DUE = ASKED + timedelta(days=10)
ITEM = Change("method", ChangeWhy.INCOMPLETE, "Nommez la personne qui mène chaque étape.")
CONFLICT = {"answer": "conflict", "note": "Mon frère."}
CASES = []  # kind, what is done, what ends it; each a function of the cast, of the programme, and of what was made


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def told(kind, begin, **ends):
    """`begin` queues messages of this kind; each of `ends` is an end of what they say."""
    CASES.extend((kind, begin, name, end) for name, end in ends.items())


# ------------------------------------------------------------------ accounts


def invited(cast, programme):
    organisation = Organisation.objects.get(memberships__user=cast.sophie)
    invite_member(organisation, by=cast.sophie, email="lea@usinage.example", role="member", language="fr")
    return Invitation.objects.latest("pk")


def asked_to_confirm(cast, programme):
    address = EmailAddress.objects.get_or_create(user=cast.sophie, email=cast.sophie.email)[0]
    EmailAddress.objects.filter(pk=address.pk).update(verified=False)
    key = EmailConfirmationHMAC.create(address).key
    queue_message(messages.AccountConfirm(), to=cast.sophie, link=CONFIRM_ADDRESS(key), key="confirm")
    return address


def forgot_the_password(cast, programme):
    link = CHOOSE_PASSWORD(user_pk_to_url_str(cast.sophie), default_token_generator.make_token(cast.sophie))
    queue_message(messages.PasswordReset(), to=cast.sophie, link=link, key="reset")


told("invitation", invited, cancelled=lambda cast, made: cancel_invitation(made, by=cast.sophie))
told(
    "account_confirm",
    asked_to_confirm,
    confirmed=lambda cast, made: EmailAddress.objects.filter(pk=made.pk).update(verified=True),
)
told(
    "password_reset",
    forgot_the_password,
    chosen=lambda cast, made: change_password(
        User.objects.get(pk=cast.sophie.pk), by=cast.sophie, password="agrafe cheval nouvelle"
    ),
)


# ------------------------------------------------------------------ applications


def sponsor_asked(cast, programme):
    draft = files.draft_file(cast, programme, sponsor=False)
    request = {"email": "x@boreal.example", "organisation_name": "Boréal", "language": "fr"}
    return invite_sponsor(draft, by=cast.sophie, **request)[0]


def changes_asked(cast, programme, on=ASKED):
    file = files.submitted_file(cast, programme)
    with clock.at(on):
        request_changes(file, by=cast.officer, items=[ITEM], due=DUE)
    return fresh(file)


def reminded(cast, programme):
    file = changes_asked(cast, programme)
    with clock.at(DUE - timedelta(days=1)):
        chase_requests(by=CLOCK)
    return file


def chased(cast, programme):
    file = changes_asked(cast, programme)
    with clock.at(DUE + timedelta(hours=1)):
        chase_requests(by=CLOCK)
    return file


def no_longer_asked(cast, programme):
    return cancel_request(changes_asked(cast, programme), by=cast.officer, reason="La réponse suffit.")


def found_complete(cast, programme):
    file = files.submitted_file(cast, programme)
    declare_interests(file, by=cast.screener, answer="none")
    return find_complete(fresh(file), by=cast.screener)


def moved_to_the_next_cohort(cast, programme):
    file = changes_asked(cast, programme)
    with clock.at(clock.local(date(2026, 12, 1), 10)):
        assert move_incomplete_files(by=CLOCK) == 1
    return fresh(file)


def answered(cast, file):
    saved = file.answers.get(question="method")
    said = "Camille Roy mène chaque étape, avec un essai par cellule avant de passer à la suivante."
    save_answer(fresh(file), "method", said, by=cast.sophie, version=saved.version)
    resubmit_application(fresh(file), by=cast.sophie)


def put_off(cast, file):
    extend_request(fresh(file), by=cast.officer, due=DUE + timedelta(days=5), reason="Fermeture annuelle.")


def call_cancelled(cast, file):
    cancel_call(file.call, by=cast.officer, reason="L’entente est résiliée.")


REQUEST_ENDS = {
    "answered": answered,
    "put_off": put_off,
    "cancelled": lambda cast, file: cancel_request(fresh(file), by=cast.officer, reason="La réponse suffit."),
    "withdrawn": lambda cast, file: withdraw(cast, file),
    "call_cancelled": call_cancelled,
}


def withdraw(cast, file):
    withdraw_application(fresh(file), by=cast.sophie, reason="Projet reporté.")


def ask_again(cast, file):
    request_changes(fresh(file), by=cast.officer, items=[ITEM], due=DUE + timedelta(days=30))


def more_time(cast, programme):
    """Of the call, which a draft waits for."""
    draft = files.draft_file(cast, programme)
    later(cast, draft)
    return draft


def more_time_of_one(cast, programme):
    """Of an applicant that has begun nothing."""
    call = files.open_call(cast, programme)
    given(cast, call, 2)
    return call


def later(cast, draft, days=7):
    extend_call(
        draft.call, by=cast.officer, closes_at=fresh(draft.call).closes_at + timedelta(days=days), reason="Panne."
    )


def given(cast, call, days):
    usinage = Organisation.objects.get(memberships__user=cast.sophie)
    closes_at = fresh(call).closes_at + timedelta(days=days)
    accommodate_applicant(call, by=cast.officer, organisation=usinage, closes_at=closes_at, reason="Raison médicale")


told("sponsor_asked", sponsor_asked, taken_back=lambda cast, made: cancel_sponsorship(made, by=cast.sophie))
told("changes_requested", changes_asked, **REQUEST_ENDS)
told("changes_reminder", reminded, **REQUEST_ENDS)
told("changes_overdue", chased, **REQUEST_ENDS)
told("changes_unanswered", chased, **REQUEST_ENDS)
told("changes_cancelled", no_longer_asked, asked_again=ask_again, withdrawn=withdraw)
told("application_complete", found_complete, changes_asked=ask_again, withdrawn=withdraw)
told("next_cohort", moved_to_the_next_cohort, withdrawn=withdraw, call_cancelled=call_cancelled)
told(
    "call_extended",
    more_time,
    cancelled=call_cancelled,
    deleted=lambda cast, draft: delete_draft(draft, by=cast.sophie),
    submitted=lambda cast, draft: files.submit(draft, by=cast.sophie),
    later_still=later,
)
told(
    "call_extended",
    more_time_of_one,
    cancelled_for_all=lambda cast, call: cancel_call(call, by=cast.officer, reason="L’entente est résiliée."),
    moved_again=lambda cast, call: given(cast, call, 1),
)


# ------------------------------------------------------------------ reviews


def offered(cast, programme):
    return reviewed.assigned_file(cast, programme)


def given_back(cast, programme):
    file = reviewed.reviewed_file(cast, programme)
    reopen_review(of(file, cast.dev), by=cast.chair, reason="Une page n’avait pas été lue.")
    return fresh(file)


def opened(cast, programme):
    file = reviewed.assigned_file(cast, programme)
    reviewed.accept(file, cast.dev)
    start_review(file, by=cast.officer)
    return fresh(file)


def taken_back(cast, programme):
    file = reviewed.assigned_file(cast, programme)
    cancel_assignment(of(file, cast.ana), by=cast.officer)
    return file


def refused(cast, programme):
    file = reviewed.assigned_file(cast, programme)
    decline_assignment(of(file, cast.dev), by=cast.dev, reason="En congé.")
    return file


def doubted(cast, programme):
    file = reviewed.file_in_review(cast, programme)
    return declare_interests(file, by=cast.ana, answer="unsure", note="Un cousin y travaille.")


def of_all(do):
    """The same of each reviewer."""
    return lambda cast, file: [do(of(file, person)) for person in (cast.ana, cast.ben, cast.dev)]


told(
    "review_offered",
    offered,
    cancelled=lambda cast, file: of_all(lambda one: cancel_assignment(one, by=cast.officer))(cast, file),
    declined=of_all(lambda one: decline_assignment(one, by=one.reviewer, reason="En congé.")),
    accepted=of_all(lambda one: reviewed.accept(one.application, one.reviewer)),
    withdrawn=withdraw,
)
told(
    "review_reopened",
    given_back,
    submitted=lambda cast, file: submit_review(of(file, cast.dev), by=cast.dev),
    cancelled=lambda cast, file: cancel_assignment(of(file, cast.dev), by=cast.officer),
)
told(
    "review_opened",
    opened,
    given=lambda cast, file: reviewed.score(of(file, cast.dev), 4),
    taken=lambda cast, file: cancel_assignment(of(file, cast.dev), by=cast.officer),
)
told("review_cancelled", taken_back, again=lambda cast, file: assign_reviewer(file, cast.ana, by=cast.officer))
told(
    "review_declined",
    refused,
    replaced=lambda cast, file: assign_reviewer(file, cast.chloe, by=cast.officer),
    withdrawn=withdraw,
)


# ------------------------------------------------------------------ decisions


def acted_before(cast, programme):
    decision = decided.approved(cast, programme)
    return declare_interests(decision.application, by=cast.approver, **CONFLICT)


def upheld(cast, late):
    uphold_acts(late, by=cast.chair, why="Rien de l’avis ne tient à ce lien.")


def set_acts(cast, late):
    assert set_acts_aside(late, by=cast.endorser, why="Le montant tient à ce lien.", edition=UNSHOWN)


RULINGS = {
    "cleared": lambda cast, made: rule_on_declaration(made, by=cast.chair, clear=True, ruling="Un lien lointain."),
    "closed": lambda cast, made: rule_on_declaration(made, by=cast.chair, clear=False, ruling="Un lien proche."),
    "declared_again": lambda cast, made: declare_interests(made.application, by=cast.ana, **CONFLICT),
}
told("ruling_asked", doubted, **RULINGS)
told("ruling_asked", acted_before, upheld=upheld, set_aside=set_acts)
told("interests_touch", doubted, **RULINGS)
told("interests_touch", acted_before, upheld_too=upheld)


def nobody_screens(cast, programme):
    file = files.submitted_file(cast, programme)
    Appointment.objects.filter(role="screener").update(ends_on=clock.day_of(files.AT) - timedelta(days=1))
    assert tell_stuck() == 1
    return file


def appointed(role, name, **more):
    """Somebody is, while the rows of a role are as they were."""

    def appoint(cast, made):
        Appointment.objects.filter(role=role).update(ends_on=None, **more)

    return appoint


def nobody_endorses(cast, programme):
    decision = decided.recommended_file(cast, programme)
    Message.objects.all().delete()
    Appointment.objects.filter(role="endorser").update(ends_on=clock.day_of(files.AT) - timedelta(days=1))
    assert tell_stuck() == 1
    return decision


def asked_to_send_back(cast, programme):
    """By the chair, who may not do it: the endorser is asked."""
    decision = decided.approved(cast, programme)
    late = declare_interests(decision.application, by=cast.approver, **CONFLICT)
    Message.objects.all().delete()
    assert not set_acts_aside(late, by=cast.chair, why="Le montant tient à ce lien.", edition=UNSHOWN)
    return fresh(decision)


def screened_again(cast, programme):
    """By the ruling itself: no decision is on its way."""
    file = decided.reviewed_file(cast, programme)
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    declare_standing(file.pk, user=cast.chair, standing="clear")
    late = declare_interests(file, by=cast.screener, **CONFLICT)
    assert set_acts_aside(late, by=cast.chair, why="Le point tient à ce lien.", edition=UNSHOWN)
    return fresh(file)


def to_approve(cast, programme):
    decision = decided.endorsed(cast, programme)
    Message.objects.exclude(recipient=cast.approver).delete()  # the endorser's step is taken
    return decision


def returned(cast, decision):
    send_back(fresh(decision), by=cast.endorser, reason="À revoir.", edition=UNSHOWN)


def to_concur(cast, programme):
    return decided.approved(cast, programme, amount="75000.01")


def sent_back(cast, programme):
    decision = decided.endorsed(cast, programme)
    return send_back(decision, by=cast.endorser, reason="À revoir.", edition=UNSHOWN)


def concurrence_void(cast, programme):
    return send_back(to_concur(cast, programme), by=cast.endorser, reason="À revoir.", edition=UNSHOWN)


def approved_again(cast, decision):
    decided.declare(cast, decision, "approver")
    approve(endorse(fresh(decision), by=cast.endorser, edition=UNSHOWN), by=cast.approver, edition=UNSHOWN)


def failed(cast, programme):
    decision = decided.issued(cast, programme)
    Letter.objects.filter(pk=decision.letter_id).update(state="failed")
    tell_failed(Letter.objects.get(pk=decision.letter_id))
    return decision


def withdraw_decided(cast, decision):
    withdraw(cast, decision.application)


def approves(cast, decision):
    decided.declare(cast, decision, "approver")
    approve(fresh(decision), by=cast.approver, edition=UNSHOWN)


def concurs(cast, decision):
    decided.declare(cast, decision, "concurrence")
    concur(decision.concurrences.get(), by=cast.concurrence)


told("step_stuck", nobody_screens, appointed=appointed("screener", "screener"), withdrawn=withdraw)
told(
    "decision_waiting",
    to_approve,
    approved=approves,
    sent_back=returned,
    withdrawn=withdraw_decided,
    taken_from_them=lambda cast, decision: Appointment.objects.filter(role="approver").update(limit=1),
)
told("decision_waiting", nobody_endorses, appointed_too=appointed("endorser", "endorser"))
told("decision_waiting", asked_to_send_back, sent_back_too=returned)
told("decision_sent_back", sent_back, withdrawn=withdraw_decided)
told("screened_again", screened_again, withdrawn=withdraw)
told("concurrence_asked", to_concur, concurred=concurs, sent_back=returned, withdrawn=withdraw_decided)
told("concurrence_void", concurrence_void, asked_again=approved_again)
told(
    "letter_failed",
    failed,
    tried_again=lambda cast, decision: Letter.objects.filter(pk=decision.letter_id).update(state="rendered"),
)

BEGINS = sorted({(kind, begin.__name__): begin for kind, begin, _name, _end in CASES}.items())
# Of which instant each is asked, where it is not that of the submission.
MOMENTS = {
    changes_asked: ASKED,
    no_longer_asked: ASKED,
    reminded: DUE - timedelta(days=1),
    chased: DUE + timedelta(hours=1),
    moved_to_the_next_cohort: clock.local(date(2026, 12, 1), 11),
    **dict.fromkeys((offered, opened, taken_back, refused, doubted), SCREENED),
    given_back: reviewed.REVIEWED,
    **dict.fromkeys(
        (acted_before, asked_to_send_back, nobody_endorses, to_approve, to_concur, sent_back, concurrence_void, failed)
        + (screened_again,),
        decided.DECIDED_AT,
    ),
}


def test_each_kind_that_asks_or_promises_something_is_here():
    assert {kind for kind, *_case in CASES} == {
        kind.value for kind, content in KINDS.items() if content.words.holds is not Holds.ALWAYS
    }


def queued(kind, begin, cast, programme, clock_at):
    """What `begin` made, and the messages of the kind that it queued, alone in the outbox."""
    clock_at(MOMENTS.get(begin, files.AT))
    made = begin(cast, programme)
    Message.objects.exclude(kind=kind).delete()
    found = list(Message.objects.values_list("pk", flat=True))
    assert found
    return made, found


@pytest.mark.parametrize(("kind", "begin"), [pytest.param(kind[0], begin, id="-".join(kind)) for kind, begin in BEGINS])
def test_message_leaves_while_what_it_says_holds(kind, begin, cast, programme, clock_at):
    _made, found = queued(kind, begin, cast, programme, clock_at)
    assert send_messages() == len(found)


@pytest.mark.parametrize(
    ("kind", "begin", "end"), [pytest.param(kind, begin, end, id=f"{kind}-{name}") for kind, begin, name, end in CASES]
)
def test_message_whose_matter_is_over_does_not_leave_and_says_why(kind, begin, end, cast, programme, clock_at):
    made, found = queued(kind, begin, cast, programme, clock_at)
    end(cast, made)
    send_messages()
    left = set_aside(Message.objects.filter(pk__in=found))
    assert {one.pk for one in left} == set(found)
    assert {one.last_error for one in left} == {
        f"It is over. It leaves as long as this holds: {KINDS[kind].words.holds.value}"
    }
