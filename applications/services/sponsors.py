"""A customer sponsors its supplier, on its own page, by a link sent by e-mail: no account is needed."""

import hashlib
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_member, is_person
from applications import constants
from applications.models import Application, Sponsorship
from applications.pages import APPLICATION_SPONSOR, SPONSOR
from applications.rules import call_takes_submissions, closing_for, takes_answers
from applications.selectors.answers import answers_of
from applications.selectors.people import members_of
from applications.services.drafts import locked
from applications.states import ApplicationState
from audit import services as trail
from audit.actors import Actor
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.services import record_duty
from moves.states import Duty
from notifications import messages
from notifications.services import queue_message
from work import clock
from work.names import address_key
from work.texts import Text

VALID_FOR = timedelta(days=30)
MOST_A_DAY = 10  # by one person: nobody writes to strangers in bulk, in our name and theirs
ANSWERED = "answered"  # the code of a refusal to answer twice
FEWEST_WORDS = 3  # of the improvement expected


@transaction.atomic
def invite_sponsor(
    application: Application, *, by: User, email: str, organisation_name: str, language: str
) -> tuple[Sponsorship, str]:
    """Ask a customer to sponsor the application. Returns the request and its link's token, shown nowhere else.

    A new request ends the one before it. ValidationError by field; WrongMoment without a title and a summary, which
    are all the sponsor will see.
    """
    application = locked(application)
    _ask_applicant(application, by)
    email = address_key(email)
    organisation_name = " ".join((organisation_name or "").split())
    errors = {}
    try:
        validate_email(email)
    except ValidationError:
        errors["email"] = _("Enter an e-mail address, for example name@company.ca.")
    if not organisation_name:
        errors["organisation_name"] = _("Enter the name of the sponsor's company.")
    if application.organisation.memberships.of_address(email).exists():
        errors["email"] = _("This person acts for your own organisation: a sponsor is a customer.")
    asked_today = Sponsorship.objects.filter(invited_by=by, invited_at__gt=clock.now() - timedelta(days=1))
    if asked_today.count() >= MOST_A_DAY:
        errors["email"] = _("You asked many sponsors today. Ask the next one tomorrow.")
    if errors:
        raise ValidationError(errors)
    if not application.title or not summary_of(application):
        raise WrongMoment(
            Refusal(_("Write the title and the summary of the project first: the sponsor will read them."), "summary")
        )
    now, token = clock.now(), secrets.token_urlsafe(32)
    application.sponsorships.standing().update(cancelled_at=now)
    sponsorship = Sponsorship.objects.create(
        application=application,
        email=email,
        organisation_name=organisation_name[:250],
        language=language,
        token_digest=_digest(token),
        invited_by=by,
        invited_at=now,
        expires_at=now + VALID_FOR,
    )
    call = application.call
    closes_at = closing_for(application.call, application.organisation_id)
    assert closes_at is not None  # a call has a closing before anybody applies
    queue_message(
        messages.SponsorAsked(
            applicant=application.organisation_name,
            title=application.title,
            call=Text(call.name_fr, call.name_en),
            closes_at=closes_at,
        ),
        to=email,
        language=language,
        link=SPONSOR(token),
        application_id=application.pk,
        key=f"sponsor_asked:{sponsorship.public_id}",
    )
    trail.record(
        application,
        "application.invite_sponsor",
        by=by,
        given={"sponsorship": sponsorship.public_id},
        personal={"email": email, "organisation": organisation_name},
    )
    return sponsorship, token


def find_sponsorship(token: str) -> Sponsorship | None:
    """The request a link names, whatever became of it; None for a link that never was."""
    return (
        Sponsorship.objects.select_related("application__call__program__cluster", "application__organisation")
        .filter(token_digest=_digest(token))
        .first()
    )


def stands_in_the_way(sponsorship: Sponsorship | None) -> Refusal | None:
    """Why a request cannot be answered any more, or None."""
    if sponsorship is None:
        return Refusal(_("This link is not valid. Check that you copied all of it."), code="link")
    if sponsorship.confirmed_at or sponsorship.declined_at:
        return Refusal(_("You have already answered this request. Thank you."), code=ANSWERED)
    if sponsorship.cancelled_at:
        return Refusal(_("The applicant took this request back, or sent you a newer one."), code="cancelled")
    if sponsorship.expires_at <= clock.now():
        return Refusal(_("This request has expired. Ask the applicant for a new one."), code="expired")
    application = sponsorship.application
    if application.state != ApplicationState.DRAFT:
        return Refusal(_("This application no longer waits for a sponsor."), code="state")
    if call_takes_submissions(application, None):  # the applicant's sentence speaks of its draft
        return Refusal(_("The call takes no more applications: nothing more is asked of you."), code="closed")
    return None


@transaction.atomic
def confirm_sponsorship(sponsorship: Sponsorship, *, by: Actor, name: str, improvement: str) -> Sponsorship:
    """The sponsor confirms, under its name, and names the improvement it expects. ValidationError by field."""
    sponsorship = _answerable(sponsorship)
    name, improvement = " ".join((name or "").split()), (improvement or "").strip()
    errors = {}
    if not name:
        errors["name"] = _("Enter your name and your job title.")
    if len(improvement.split()) < FEWEST_WORDS:
        errors["improvement"] = _("Say in a few words which improvement you expect.")
    if errors:
        raise ValidationError(errors)
    sponsorship.confirmed_at = clock.now()
    sponsorship.confirmed_name, sponsorship.improvement = name[:200], improvement[:5000]
    sponsorship.summary = summary_of(sponsorship.application)
    return _answer(sponsorship, "confirm_sponsorship", by=by, personal={"name": name, "improvement": improvement})


@transaction.atomic
def decline_sponsorship(sponsorship: Sponsorship, *, by: Actor) -> Sponsorship:
    """The sponsor says no; the applicant may ask somebody else."""
    sponsorship = _answerable(sponsorship)
    sponsorship.declined_at = clock.now()
    return _answer(sponsorship, "decline_sponsorship", by=by, personal={})


@transaction.atomic
def cancel_sponsorship(sponsorship: Sponsorship, *, by: Actor) -> Sponsorship:
    """The applicant takes its request back: the link stops working, and a confirmation no longer counts."""
    application = locked(sponsorship.application)
    _ask_applicant(application, by)
    sponsorship = Sponsorship.objects.select_for_update().get(pk=sponsorship.pk)
    if sponsorship.cancelled_at is None:
        sponsorship.cancelled_at = clock.now()
        sponsorship.save(update_fields=["cancelled_at"])
        given = {"sponsorship": sponsorship.public_id}
        trail.record(application, "application.cancel_sponsorship", by=by, given=given)
    return sponsorship


def summary_of(application: Application) -> str:
    """The summary that the applicant releases."""
    value = answers_of(application).get(constants.SUMMARY)
    return value if isinstance(value, str) else ""


def _ask_applicant(application: Application, by: Actor) -> None:
    if not is_member(application.organisation, by):
        raise Forbidden(_("Only people who act for the organisation can do this."))
    if application.state != ApplicationState.DRAFT:
        raise WrongMoment(Refusal(_("The application is submitted: its sponsor no longer changes."), code="submitted"))
    if refusal := takes_answers(application):
        raise WrongMoment(refusal)


def _answerable(sponsorship: Sponsorship) -> Sponsorship:
    application = locked(sponsorship.application)
    sponsorship = Sponsorship.objects.select_for_update().get(pk=sponsorship.pk)
    sponsorship.application = application
    if refusal := stands_in_the_way(sponsorship):
        raise WrongMoment(refusal)
    return sponsorship


def _answer(sponsorship: Sponsorship, verb: str, *, by: Actor, personal: dict[str, str]) -> Sponsorship:
    """Keep an answer, the duty of whoever has an account at that address, and tell the applicant."""
    application = sponsorship.application
    account = by if is_person(by) else User.objects.of_address(sponsorship.email)
    if sponsorship.confirmed_at and account is not None:
        sponsorship.confirmed_by = account
        record_duty(application.pk, by=account, duty=Duty.SPONSOR)
    sponsorship.save()
    given = {"sponsorship": sponsorship.public_id}
    trail.record(application, f"application.{verb}", by=by, given=given, personal=personal)
    answered = messages.SponsorAnswered(
        sponsor=sponsorship.organisation_name,
        title=application.title,
        confirmed=sponsorship.confirmed_at is not None,
    )
    for person in members_of(application.organisation):
        queue_message(
            answered,
            to=person,
            link=APPLICATION_SPONSOR(application.public_id),
            application_id=application.pk,
            key=f"sponsor_answered:{sponsorship.public_id}:{person.pk}",
        )
    return sponsorship


def _digest(token: str) -> str:
    return hashlib.sha256((token or "").encode()).hexdigest()
