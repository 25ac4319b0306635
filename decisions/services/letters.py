"""Letters: queued with the decision, rendered and sent by the worker, read by the company, verified by anybody."""

import secrets

from django.db import transaction

from applications.models import Application
from audit.actors import CLOCK
from audit.services import record_change
from decisions import letters
from decisions.models import Decision, Letter
from decisions.services import messages
from decisions.states import LetterState
from documents.models import Rendering
from documents.services import queue_rendering, retry_rendering
from documents.states import RenderingKind
from moves.machine import move
from notifications.models import Message
from notifications.services import queue_message, when_sent
from work import clock
from work.querysets import given_up as given_up_of
from work.services import retry

# No 0, O, 1, I or L: the code is read aloud and typed from paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SIGNS = 12
DAYS_TO_SERVE = 5  # business days after sending, when nobody has read it (workflow.md)
NOBODY = "Nobody with an account acts for the organisation: there is nobody to send the letter to."


def new_code():
    """A verification code that cannot be guessed: 12 signs of 31, shown in three groups (`7KQF-2MRX-9TDH`)."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(SIGNS)))


def _grouped(signs):
    return "-".join(signs[start : start + 4] for start in range(0, SIGNS, 4))


@transaction.atomic
def queue_letter(decision, *, by):
    """Freeze the letter of a decision being issued and queue its rendering, in the same transaction. Returns it."""
    decision = Decision.objects.select_related(
        "application__call__program__cluster",
        "application__call__rules",
        "application__call__rubric",
        "application__organisation",
    ).get(pk=decision.pk)
    languages = letters.languages_of(decision)
    code = new_code()
    html = letters.html_of(decision, code=code)
    subject_line = letters.subject_of(decision, languages[0])
    rendering = queue_rendering(
        RenderingKind.LETTER,
        html=html,
        title=subject_line,
        language=languages[0],
        key=f"letter:{decision.public_id}",
        application_id=decision.application_id,
        brand=decision.application.call.program.cluster.colour_ink,
    )
    letter = Letter.objects.create(
        decision=decision,
        application=decision.application,
        template=letters.template_of(decision),
        kind=letters.letter_kind(decision),
        code=code,
        language=languages[0],
        regime=letters.regime_of(decision),
        subject_line=subject_line,
        html=html,
        rendering=rendering,
        due=clock.now(),
    )
    record_change("letter", letter.public_id, application_id=letter.application_id)
    return letter


def send_when_rendered(rendering):
    """The PDF exists: the letter is rendered, and its message queued, in the transaction that says so.

    Rendered again (the worker died between the two), nothing moves twice and the messages are the same ones.
    """
    letter = _taken_up_again(_lock(Letter.objects.get(rendering=rendering)))
    if letter.state == LetterState.QUEUED:
        letter = move(letter, "render", by=CLOCK, given={"sha256": rendering.sha256})
    if letter.state == LetterState.RENDERED:
        send_letter(letter)


def _taken_up_again(letter):
    """A failed letter whose PDF, or message, an administrator tried again with success goes on from where it was."""
    if letter.state == LetterState.FAILED:
        letter = move(letter, "retry", by=CLOCK)
        letter.last_error = ""
        letter.save(update_fields=["last_error"])
    return letter


def _lock(letter):
    """The letter as it is now, its file and itself locked, in that order."""
    Application.objects.select_for_update(of=("self",), no_key=True).get(pk=letter.application_id)
    return Letter.objects.select_for_update(no_key=True).get(pk=letter.pk)


@transaction.atomic
def send_letter(letter):
    """Queue the letter's message to everyone who acts for the company. Queued twice, it is one message each.

    The key, and so the Message-ID, is the letter's and the person's. An organisation that nobody acts for fails the
    letter, and the officers are told. Returns the letter.
    """
    application = Application.objects.select_related("call__program", "organisation").get(pk=letter.application_id)
    rendering = Rendering.objects.get(pk=letter.rendering_id)
    memberships = application.organisation.memberships.filter(user__is_active=True)
    people = [membership.user for membership in memberships.select_related("user").order_by("id")]
    if not people:
        return fail_letter(letter, NOBODY)
    program = application.call.program
    for person in people:
        queue_message(
            "letter",
            to=person,
            context={
                "reference": application.reference,
                "title": application.title,
                "programme": {"fr": program.name_fr, "en": program.name_en},
            },
            url_name="decision-letter",
            url_args=[str(letter.public_id)],
            application_id=application.pk,
            key=f"letter:{letter.public_id}:{person.public_id}",
            attachment=(rendering.path, rendering.name, rendering.sha256),
        )
    return letter


@when_sent("letter")
def stamp_the_outcome(message):
    """The mail server took the letter: from now on the applicant may know. The first of its messages counts."""
    public_id = message.key.split(":")[1]
    letter = _taken_up_again(_lock(Letter.objects.get(public_id=public_id)))
    if letter.state not in (LetterState.RENDERED, LetterState.SIGNED):
        return
    letter = move(letter, "send", by=CLOCK, given={"certificate": False})
    letter.sent_at = letter.done_at = clock.now()
    letter.save(update_fields=["sent_at", "done_at"])
    application = Application.objects.get(pk=letter.application_id)
    Application.objects.filter(pk=application.pk).update(outcome_at=letter.sent_at, updated_at=letter.sent_at)
    record_change("application", application.public_id, application_id=application.pk)
    record_change("decision", letter.decision.public_id, application_id=application.pk)


@transaction.atomic
def read_letter(letter, *, by):
    """The company opened its letter: it is served. Read again, nothing changes. Returns the letter.

    Where it was presumed received before, the day it was first read is kept beside.
    """
    letter = _lock(letter)
    if letter.state == LetterState.SENT:
        letter = move(letter, "serve", by=by, given={"read": True})
        letter.read_at = letter.served_at = clock.now()
        letter.save(update_fields=["read_at", "served_at"])
    elif letter.state == LetterState.SERVED and letter.read_at is None:
        letter.read_at = clock.now()
        letter.save(update_fields=["read_at"])
    return letter


@transaction.atomic
def presume_served(letter):
    """Nobody read it: presumed received five business days after sending. Called by the sweep. Returns the letter."""
    letter = _lock(letter)
    if letter.state != LetterState.SENT:
        return letter
    day = clock.add_business_days(clock.day_of(letter.sent_at), DAYS_TO_SERVE)
    if clock.today() <= day:
        return letter
    letter = move(letter, "serve", by=CLOCK, given={"presumed": True})
    letter.served_at = clock.end_of(day)
    letter.save(update_fields=["served_at"])
    return letter


def due_to_presume():
    """Letters sent so long ago that the business days may be over: candidates for `presume_served`."""
    return Letter.objects.filter(state=LetterState.SENT, sent_at__isnull=False).order_by("sent_at")


def given_up():
    """Letters whose PDF, or whose every message, was given up after three attempts: `(letter, why)`."""
    found = []
    for letter in Letter.objects.filter(state=LetterState.QUEUED, rendering__in=given_up_of(Rendering.objects.all())):
        found.append((letter, letter.rendering.last_error))
    for letter in Letter.objects.filter(state__in=[LetterState.RENDERED, LetterState.SIGNED]):
        sent = messages_of(letter)
        lost = given_up_of(sent)
        if lost.exists() and not sent.exclude(pk__in=lost.values("pk")).exists():
            found.append((letter, lost.first().last_error))
    return found


def messages_of(letter):
    """The letter's messages, one a person."""
    return Message.objects.filter(key__startswith=f"letter:{letter.public_id}:")


@transaction.atomic
def fail_letter(letter, why):
    """The letter could not be made or sent: it says why, and the programme's officers are told. Returns the letter."""
    letter = _lock(letter)
    if letter.state not in (LetterState.QUEUED, LetterState.RENDERED, LetterState.SIGNED):
        return letter
    letter = move(letter, "fail", by=CLOCK)
    letter.last_error = why[:2000]
    letter.save(update_fields=["last_error"])
    messages.tell_failed(letter)
    return letter


@transaction.atomic
def retry_letter(letter, *, by):
    """Try a failed letter again, from where it was: its PDF, or its messages. Returns the letter."""
    letter = move(letter, "retry", by=by)
    letter.attempts, letter.due, letter.last_error = 0, clock.now(), ""
    letter.save(update_fields=["attempts", "due", "last_error"])
    if letter.state == LetterState.QUEUED:
        retry_rendering(letter.rendering)
    else:
        for message in messages_of(letter).filter(done_at__isnull=True):
            retry(message)
        letter = send_letter(letter)
    return letter


def find_by_code(code):
    """The sent letter with this verification code (spaces, case and dashes forgiven), or None.

    One statement whether it exists or not, so that the time of the answer tells nothing.
    """
    signs = "".join(sign for sign in code.upper() if sign.isalnum())[: SIGNS + 1]
    return (
        Letter.objects.readable()
        .select_related("decision", "application__call__program__cluster", "rendering")
        .filter(code=_grouped(signs) if len(signs) == SIGNS else signs)
        .first()
    )
