"""Letters: queued with the decision, rendered and sent by the worker, read by the company, verified by anybody."""

import secrets

from django.db import transaction

from applications.models import Application
from audit.moves import move
from audit.rules import CLOCK
from audit.services import record_change
from decisions import letters
from decisions.models import Decision, Letter
from decisions.states import LetterState
from documents.services import queue_rendering, when_rendered
from notifications.services import queue_message, when_sent
from work import clock

# No 0, O, 1, I or L: the code is read aloud and typed from paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
DAYS_TO_SERVE = 5  # business days after sending, when nobody has read it (workflow.md)


def new_code():
    """A verification code that cannot be guessed: 12 signs of 31, shown in three groups (`7KQF-2MRX-9TDH`)."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(signs[start : start + 4] for start in (0, 4, 8))


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
        "letter",
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


@when_rendered("letter")
def send_when_rendered(rendering):
    """The PDF exists: the letter is rendered, and its message queued, in the transaction that says so."""
    letter = Letter.objects.select_related("application__call__program").get(rendering=rendering)
    if letter.state == LetterState.QUEUED:
        letter = move(letter, "render", by=CLOCK, given={"sha256": rendering.sha256})
    send_letter(letter)


@transaction.atomic
def send_letter(letter):
    """Queue the letter's message to the company's signatories. Queued twice, it is one message: the key is the letter's."""
    application = letter.application
    rendering = letter.rendering
    for membership in application.organisation.memberships.select_related("user").order_by("id"):
        queue_message(
            "letter",
            to=membership.user,
            context={
                "reference": application.reference,
                "title": application.title,
                "programme": application.call.program.name_fr
                if membership.user.language == "fr"
                else application.call.program.name_en,
            },
            url_name="decision-letter",
            url_args=[str(letter.public_id)],
            application_id=application.pk,
            key=f"letter:{letter.public_id}:{membership.user.public_id}",
            attachment=(rendering.path, rendering.name, rendering.sha256),
        )


@when_sent("letter")
def stamp_the_outcome(message):
    """The mail server took the letter: from now on the applicant may know. The first of its messages counts."""
    public_id = message.key.split(":")[1]
    letter = Letter.objects.get(public_id=public_id)
    if letter.state not in (LetterState.RENDERED, LetterState.SIGNED):
        return
    with transaction.atomic():
        application = Application.objects.select_for_update(no_key=True).get(pk=letter.application_id)
        letter = move(letter, "send", by=CLOCK, given={"certificate": False})
        letter.sent_at = clock.now()
        letter.save(update_fields=["sent_at"])
        if application.outcome_at is None or application.outcome_at < letter.decision.issued_at:
            application.outcome_at = letter.sent_at
            application.updated_at = letter.sent_at
            application.save(update_fields=["outcome_at", "updated_at"])
            record_change("application", application.public_id, application_id=application.pk)
            record_change("decision", letter.decision.public_id, application_id=application.pk)


@transaction.atomic
def read_letter(letter, *, by):
    """The company opened its letter: it is served. Read again, nothing changes. Returns the letter."""
    if letter.state != LetterState.SENT:
        return letter
    letter = move(letter, "serve", by=by, given={"read": True})
    letter.read_at = letter.served_at = clock.now()
    letter.save(update_fields=["read_at", "served_at"])
    return letter


@transaction.atomic
def presume_served(letter):
    """Nobody read it: presumed received five business days after sending. Called by the sweep."""
    day = clock.add_business_days(clock.day_of(letter.sent_at), DAYS_TO_SERVE)
    if clock.today() <= day:
        return letter
    letter = move(letter, "serve", by=CLOCK, given={"presumed": True})
    letter.served_at = clock.end_of(day)
    letter.save(update_fields=["served_at"])
    return letter


@transaction.atomic
def retry_letter(letter, *, by):
    """Try a failed letter again, from where it was. Returns the letter."""
    letter = move(letter, "retry", by=by)
    letter.attempts, letter.due, letter.last_error = 0, clock.now(), ""
    letter.save(update_fields=["attempts", "due", "last_error"])
    return letter


def find_by_code(code):
    """The sent letter with this verification code (spaces, case and dashes forgiven), or None."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    if len(signs) != 12:
        return None
    shown = "-".join(signs[start : start + 4] for start in (0, 4, 8))
    return (
        Letter.objects.readable()
        .select_related("decision", "application__call__program__cluster", "rendering")
        .filter(code=shown)
        .first()
    )
