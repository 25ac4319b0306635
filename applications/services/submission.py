"""Submitting, taking back, withdrawing. One submission whatever is clicked, retried or lost on the way."""

import hashlib
import time
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from accounts.models import User
from accounts.rules import is_signatory
from applications import constants, search
from applications.checks import attestations_of, live_sponsorship
from applications.figures import aid_of, requested_of
from applications.models import Answer, Application, Snapshot, Sponsorship
from applications.pages import APPLICATION, FILE_PAGE
from applications.rules import BUSY, IS_LEAVING, Signing
from applications.selectors.answers import amount_of, answers_of, eligibility_of, form_of
from applications.selectors.deadlines import cohort_of
from applications.selectors.parties import mail_domains, neqs_of
from applications.selectors.people import officers_of, people_of
from applications.selectors.submitted import current_snapshot
from applications.services.clocks import start_clock, stop_clock
from applications.services.drafts import locked
from applications.services.receipts import give_receipt
from applications.services.requests import end_request
from applications.states import VALID, ApplicationState
from audit.actors import Actor
from audit.seal import canonical, plain
from moves.machine import move
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.services import record_duty
from moves.states import Duty
from moves.transitions import Reason
from notifications import messages
from notifications.services import queue_message
from programs.models import Program, ReferenceCounter
from questions.constants import QuestionType
from questions.schema import clean_answers
from work import clock
from work.names import enterprise_keys
from work.texts import Text

PATIENCE = 5.0
"""Seconds for which a withdrawal waits for what holds its file."""
PAUSE = 0.25
"""Seconds between its tries, and for which each waits for a lock."""


@transaction.atomic
def submit_application(
    application: Application,
    *,
    by: User,
    attestations: Iterable[str],
    signed_name: str,
    began_at: datetime | None = None,
) -> Application:
    """Submit a draft and return it: number given, answers frozen, receipt and message queued, all in one transaction.

    `attestations`: keys of the statements agreed to. `began_at`: when the person opened the page that submits; within
    the grace after a closing it decides. A file that is already submitted comes back as it is: the same number and the
    same receipt. Forbidden for who cannot sign; WrongMoment with everything that stands in the way.
    """
    application = locked(application)
    if not is_signatory(application.organisation, by):
        raise Forbidden(_("Only an authorised signatory of the organisation can submit its application."))
    if application.state in VALID and current_snapshot(application):
        return application
    now = clock.now()
    signed_name = " ".join((signed_name or "").split())
    given = Signing(agreed=frozenset(attestations), signed_name=signed_name, began_at=began_at)
    answers = _attest(application, given.agreed, by=by, now=now)
    cohort, in_grace = cohort_of(application, now, began_at)
    _write_row(application, answers, now=now, cohort=cohort, in_grace=in_grace)
    application = move(application, Application.submit, by=by, given=given)
    start_clock(application)
    snapshot = freeze(application, answers, signed_name=signed_name, by=by, now=now)
    give_receipt(application, snapshot)
    search.index(application, summary=str(answers.get(constants.SUMMARY) or ""))
    record_duty(application.pk, by=by, duty=Duty.PREPARE)
    return application


@transaction.atomic
def take_back_application(application: Application, *, by: Actor) -> Application:
    """Back to a draft, while the call is open and no officer has opened the file. Its number stays its own; the
    receipt is superseded. Returns the fresh row."""
    application = move(application, Application.take_back, by=by)
    application.snapshots.current().update(superseded_at=clock.now())
    application.cohort_closes_at = None
    application.in_grace = False
    application.save(update_fields=["cohort_closes_at", "in_grace"])
    stop_clock(application)
    attestations = [question.key for question in form_of(application).of_type(QuestionType.ATTESTATION)]
    application.answers.filter(question__in=attestations).delete()  # they were of that submission
    return application


def withdraw_application(application: Application, *, by: User, reason: str) -> Application:
    """Withdraw a file that no letter has decided, with the reason. Returns the fresh row.

    Higher apps release what they hold for it, and undo what was issued and not sent. WrongMoment once the letter is
    sent, or where the file is held for longer than `PATIENCE`: by somebody's act, in whatever state, or by its letter
    that is being sent at this instant. The wait and the answer are the same, so that they tell of no letter.
    """
    reason = " ".join((reason or "").split())
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _withdraw(application, by=by, reason=reason)
        except WrongMoment as stopped:
            if not any(refusal.code == IS_LEAVING for refusal in stopped.refusals):
                raise
            time.sleep(PAUSE)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
        if time.monotonic() >= until:
            raise WrongMoment(Refusal(BUSY % {"reference": application.reference}, code="busy"))


@transaction.atomic
def _withdraw(application: Application, *, by: User, reason: str) -> Application:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{int(PAUSE * 1000)}ms'")
    before = locked(application)
    issued = Text.of(ApplicationState(before.state).label) if before.is_decided_untold else Text()
    undone = {
        "issued": issued,
        "is_freed": bool(before.recommended_amount) and not before.is_decided_untold,
        "in_review": before.state == ApplicationState.IN_REVIEW,
    }
    application = move(application, Application.withdraw, by=by, given=Reason(reason))
    end_request(application, by=by)
    stop_clock(application)
    for person in people_of(application):
        queue_message(
            messages.ApplicationWithdrawn(reference=application.number, title=application.title),
            to=person,
            link=APPLICATION(application.public_id),
            application_id=application.pk,
            key=f"application_withdrawn:{application.public_id}:{person.pk}",
        )
    for person in officers_of(application):
        queue_message(
            messages.FileWithdrawn(reference=application.number, title=application.title, **undone),
            to=person,
            link=FILE_PAGE(application.number),
            application_id=application.pk,
            key=f"file_withdrawn:{application.public_id}:{person.pk}",
        )
    return application


def _attest(application: Application, agreed: frozenset[str], *, by: User, now: datetime) -> dict[str, object]:
    """Keep the statements agreed to as answers. Returns every answer by question, these with them."""
    answers = answers_of(application)
    attested = [q.key for q in attestations_of(form_of(application), answers) if q.key in agreed]
    Answer.objects.bulk_create(
        [Answer(application=application, question=key, value=True, by=by, at=now) for key in attested],
        update_conflicts=True,
        unique_fields=["application", "question"],
        update_fields=["value", "by", "at"],
    )
    return answers | dict.fromkeys(attested, True)


def write_row(application: Application, answers: Mapping[str, object]) -> None:
    """What the lists, the receipt and the letter show of a submission: taken from what is signed now. Not saved.

    Each submission of a file, the first or a changed one, writes it anew: what is sealed and what is shown agree.
    """
    aid = aid_of(application, answers)
    organisation = application.organisation
    application.title = str(answers.get(constants.TITLE) or "")[:250]
    application.organisation_name = organisation.legal_name
    application.region = organisation.region
    requested = requested_of(aid, answers)
    application.requested_amount, application.requested_bonus = requested.total, requested.bonus
    application.minimum_amount = amount_of(answers, constants.MINIMUM)
    application.eligible_costs = aid.eligible if aid else None


def _write_row(
    application: Application, answers: Mapping[str, object], *, now: datetime, cohort: datetime, in_grace: bool
) -> None:
    """A first submission. The number is taken last: whoever submits to the programme waits from here to the commit."""
    write_row(application, answers)
    application.cohort_closes_at = cohort
    application.in_grace = in_grace
    application.submitted_at = now
    if not application.reference:
        application.reference = _next_reference(application.call.program, clock.day_of(now).year)
    application.save()


def _next_reference(program: Program, year: int) -> str:
    """The next number of the programme and year. A transaction that fails gives it back, so there are no gaps."""
    ReferenceCounter.objects.bulk_create([ReferenceCounter(program=program, year=year)], ignore_conflicts=True)
    counter = ReferenceCounter.objects.select_for_update().get(program=program, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{program.code}-{year}-{counter.last:05d}"


def freeze(
    application: Application, answers: Mapping[str, object], *, signed_name: str, by: User, now: datetime
) -> Snapshot:
    """A new snapshot of a locked file; those before it are superseded."""
    form, call, organisation = form_of(application), application.call, application.organisation
    version, rules = call.form, call.rules
    assert version is not None  # a call has both before it is published
    assert rules is not None
    kept = clean_answers(form, answers)
    sponsorship = live_sponsorship(application)
    aid = aid_of(application, answers)
    content = {
        "reference": application.reference,
        "language": application.language,
        "submitted_at": now,
        "programme": call.program.code,
        "call": call.public_id,
        "form": version.number,
        "rules": rules.number,
        "organisation": {
            name: getattr(organisation, name)
            for name in ("legal_name", "neq", "business_number", "street", "city", "province", "postal_code", "region")
            + ("employees", "naics", "ownership")
        },
        "eligibility": eligibility_of(application),
        "answers": kept,
        "documents": [
            {
                "id": document.public_id,
                "question": document.question,
                "name": document.upload.name,
                "size": document.upload.size,
                "sha256": document.upload.sha256,
            }
            for document in application.documents.attached().select_related("upload")
            if document.question in kept
        ],
        "sponsor": {
            "organisation": sponsorship.organisation_name,
            "name": sponsorship.confirmed_name,
            "improvement": sponsorship.improvement,
            "confirmed_at": sponsorship.confirmed_at,
        }
        if sponsorship and sponsorship.confirmed_at
        else None,
        "amounts": {
            "requested": application.requested_amount,
            "eligible_costs": application.eligible_costs,
            "reimbursement": aid.reimbursement if aid else None,
            "bonus": aid.bonus if aid else None,
        },
        "signed": {"name": signed_name, "attestations": [q.key for q in attestations_of(form, answers)]},
    }
    text = canonical(plain(content))
    number = (application.snapshots.latest_first().values_list("number", flat=True).first() or 0) + 1
    application.snapshots.current().update(superseded_at=now)
    return Snapshot.objects.create(
        application=application,
        number=number,
        canonical=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        form_version=version.number,
        signed_name=signed_name,
        by=by,
        at=now,
        applicant_name=organisation.legal_name,
        applicant_neq=organisation.neq,
        applicant_website=organisation.website,
        applicant_mail="\n".join(sorted(mail_domains([organisation.pk]).get(organisation.pk, ()))),
        sponsor_neqs="\n".join(sorted(_neqs_of(sponsorship))) if sponsorship else "",
    )


def _neqs_of(sponsorship: Sponsorship) -> set[str]:
    return set().union(*neqs_of(enterprise_keys(sponsorship.organisation_name)).values())
