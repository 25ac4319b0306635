"""Letters: queued by the app above, rendered and sent by the worker, read by the company."""

import secrets

from django.db import transaction

from applications.models import Application
from applications.selectors.people import members_of
from audit.actors import CLOCK, Actor
from documents.models import Rendering
from documents.services import queue_rendering, retry_rendering
from documents.states import RenderingKind
from letters import sheets
from letters.constants import ALPHABET, DAYS_TO_SERVE, SIGNS, grouped
from letters.models import Dispatch, Letter, LetterTemplate
from letters.pages import LETTER
from letters.rules import Drawn, Service
from letters.selectors import messages_of, taken_of, templates_of
from letters.states import LEAVING, LetterKind, LetterState
from letters.subjects import Subject
from moves.machine import move
from moves.transitions import Reason
from notifications import messages
from notifications.models import Message
from notifications.services import Attachment, queue_message
from programs.models import Program
from work import clock
from work.calendars import BUSINESS_DAYS
from work.models import new_public_id
from work.querysets import given_up
from work.services import retry, stop
from work.texts import Text


def new_code() -> str:
    """A verification code that cannot be guessed: 12 signs of 31, shown in three groups (`7KQF-2MRX-9TDH`)."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(SIGNS)))


def revise_template(program: Program, kind: LetterKind, *, subject: Text, body: Text) -> bool:
    """What the programme's letters of this kind say from now on: a new version, unless the latest says the same.

    Whether there is a new one. The caller writes the trail.
    """
    texts = {"subject_fr": subject.fr, "subject_en": subject.en, "body_fr": body.fr, "body_en": body.en}
    latest = templates_of(program).get(kind)
    if latest is not None and all(getattr(latest, column) == text for column, text in texts.items()):
        return False
    LetterTemplate.objects.create(program=program, kind=kind, number=latest.number + 1 if latest else 1, **texts)
    return True


@transaction.atomic
def queue_letter(subject: Subject) -> Letter:
    """Freeze the letter about `subject` and queue its rendering, in the same transaction. Returns it.

    The caller keeps the key to it, and tells the feed of it. ValueError where the programme has no letter of this kind.
    """
    public_id, code, language = new_public_id(), new_code(), subject.languages[0]
    html = sheets.html_of(subject, code=code)
    subject_line = sheets.subject_line(subject, language)
    rendering = queue_rendering(
        RenderingKind.LETTER,
        html=html,
        title=subject_line,
        language=language,
        key=f"letter:{public_id}",
        application_id=subject.application.pk,
        brand=subject.program.cluster.colour_ink,
    )
    letter = Letter.objects.create(
        public_id=public_id,
        application=subject.application,
        template=subject.template,
        kind=subject.kind,
        code=code,
        language=language,
        regime=subject.regime,
        subject_line=subject_line,
        html=html,
        rendering=rendering,
        due=clock.now(),
    )
    return letter


# ---------------------------------------------------------------- its road


@transaction.atomic
def advance(letter: Letter) -> Letter:
    """Make every move that the letter's document and messages call for now. Asked again, nothing happens twice.

    *Queued*, it goes on once its document is made; *rendered* (nothing signs letters yet), its messages are queued,
    and it goes on once the mail server took one of them. It fails once its document, or its every message, was given
    up. *Failed*, it goes on from where it was once somebody had that tried again with success. Returns the letter.
    """
    letter = _lock(letter)
    if letter.state == LetterState.FAILED and _succeeded(letter):
        letter = move(letter, Letter.retry, by=CLOCK)
        letter.last_error = ""
        letter.save(update_fields=["last_error"])
    if letter.state == LetterState.QUEUED:
        letter = _past_its_document(letter)
    if letter.state in LEAVING:
        letter = _past_its_messages(letter)
    return letter


def advance_rendered(rendering: Rendering) -> None:
    """The document of a letter is made."""
    advance(Letter.objects.get(rendering=rendering))


def advance_sent(message: Message) -> None:
    """The mail server took a message of a letter. The first of its messages counts."""
    for dispatch in Dispatch.objects.filter(message=message).select_related("letter"):
        advance(dispatch.letter)


def _lock(letter: Letter) -> Letter:
    """The letter as it is now, its file and itself locked, in that order."""
    Application.objects.select_for_update(of=("self",), no_key=True).get(pk=letter.application_id)
    return Letter.objects.select_for_update(no_key=True).get(pk=letter.pk)


def _succeeded(letter: Letter) -> bool:
    """Whether what a failed letter waited for was done since."""
    if letter.failed_from == LetterState.QUEUED:
        return letter.document.done_at is not None
    return taken_of(letter).exists()


def _past_its_document(letter: Letter) -> Letter:
    rendering = letter.document
    if rendering.done_at is not None:
        return move(letter, Letter.render, by=CLOCK, given=Drawn(rendering.sha256))
    if given_up(Rendering.objects.filter(pk=rendering.pk)).exists():
        return _fail(letter, rendering.last_error)
    return letter


def _past_its_messages(letter: Letter) -> Letter:
    if not letter.dispatches.exists() and not _dispatch(letter):
        return _fail(letter, "")
    if taken_of(letter).exists():
        return move(letter, Letter.send, by=CLOCK)
    own = messages_of(letter)
    lost = given_up(own)
    if own.exclude(pk__in=lost.values("pk")).exists():
        return letter
    return _fail(letter, lost.order_by("pk")[0].last_error)


def _dispatch(letter: Letter) -> bool:
    """Queue the letter's message to everyone who acts for the company. Gives whether anybody does.

    Queued twice, it is one message each: its key, and so the Message-ID, is the letter's and the person's.
    """
    application = Application.objects.select_related("call__program", "organisation").get(pk=letter.application_id)
    rendering = letter.document
    program = application.call.program
    programme = Text(program.name_fr, program.name_en)
    people = members_of(application.organisation)
    for person in people:
        message = queue_message(
            messages.Letter(reference=application.number, title=application.title, programme=programme),
            to=person,
            link=LETTER(letter.public_id),
            application_id=application.pk,
            key=f"letter:{letter.public_id}:{person.public_id}",
            attachment=Attachment(rendering.path, rendering.name, rendering.sha256),
        )
        Dispatch.objects.get_or_create(letter=letter, person=person, defaults={"message": message})
    return bool(people)


def _fail(letter: Letter, why: str) -> Letter:
    letter = move(letter, Letter.fail, by=CLOCK)
    letter.last_error = why[:2000]
    letter.save(update_fields=["last_error"])
    return letter


@transaction.atomic
def retry_letter(letter: Letter, *, by: Actor) -> Letter:
    """Try a failed letter again, from where it was: its PDF, or its messages. Returns the letter."""
    letter = move(letter, Letter.retry, by=by)
    letter.attempts, letter.due, letter.last_error = 0, clock.now(), ""
    letter.save(update_fields=["attempts", "due", "last_error"])
    if letter.state == LetterState.QUEUED:
        letter.html = retry_rendering(letter.document).html
        letter.save(update_fields=["html"])
    else:
        for message in messages_of(letter):
            retry(message)
        _dispatch(letter)  # also to who acts for the company since
    return advance(letter)


@transaction.atomic
def withhold_letter(letter: Letter, *, by: Actor, reason: str) -> Letter:
    """Keep back for good a letter that has not left: what it tells is undone. Returns it. Called by reactions only.

    No worker can take up its messages from here on. WrongMoment (`IS_LEAVING`) where one has, or where the mail server
    may have one.
    """
    letter = _lock(letter)
    own = list(messages_of(letter).select_for_update(no_key=True).order_by("pk"))
    letter = move(letter, Letter.withhold, by=by, given=Reason(reason))
    for message in own:
        stop(message, "Its letter is withheld.")
    return letter


# ------------------------------------------------------------ its reception


@transaction.atomic
def read_letter(letter: Letter, *, by: Actor) -> Letter:
    """The company opened its letter: it is served. Read again, nothing changes. Returns the letter.

    Where it was presumed received before, the day it was first read is kept beside.
    """
    letter = _lock(letter)
    if letter.state == LetterState.SENT:
        letter = move(letter, Letter.serve, by=by, given=Service(read=True, presumed=False))
        letter.read_at = letter.served_at = clock.now()
        letter.save(update_fields=["read_at", "served_at"])
    elif letter.state == LetterState.SERVED and letter.read_at is None:
        letter.read_at = clock.now()
        letter.save(update_fields=["read_at"])
    return letter


@transaction.atomic
def presume_served(letter: Letter) -> Letter:
    """Nobody read it: presumed received five business days after sending. Called by the sweep. Returns the letter."""
    letter = _lock(letter)
    if letter.state != LetterState.SENT or letter.sent_at is None:
        return letter
    served = BUSINESS_DAYS.ends(letter.sent_at, DAYS_TO_SERVE)
    if clock.now() <= served:
        return letter
    letter = move(letter, Letter.serve, by=CLOCK, given=Service(read=False, presumed=True))
    letter.served_at = served
    letter.save(update_fields=["served_at"])
    return letter
