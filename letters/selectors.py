"""Reads of letters and their templates: by code, what waits for somebody or the sweeps, where one stands in words."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_person
from audit.actors import Actor
from documents.models import Rendering
from documents.selectors import why_lost
from letters.constants import SIGNS, grouped
from letters.models import Dispatch, Letter, LetterTemplate
from letters.pages import LETTER
from letters.states import LEAVING, LetterKind, LetterState
from notifications.models import Message
from programs.models import Program
from work.querysets import given_up
from work.selectors import MOST, Rest, WorkLine, first_lines
from work.states import Hat
from work.texts import Tag


def find_by_code(code: str) -> Letter | None:
    """The sent letter with this verification code (spaces, case and dashes forgiven), or None.

    One statement whether it exists or not, so that the time of the answer tells nothing.
    """
    signs = "".join(sign for sign in code.upper() if sign.isalnum())[: SIGNS + 1]
    return (
        Letter.objects.readable()
        .select_related("application__call__program__cluster", "rendering")
        .filter(code=grouped(signs) if len(signs) == SIGNS else signs)
        .first()
    )


def templates_of(program: Program) -> dict[LetterKind, LetterTemplate]:
    """The letter template in use for each kind of letter that the programme has."""
    return {LetterKind(template.kind): template for template in program.letter_templates.latest_of_each_kind()}


def messages_of(letter: Letter) -> QuerySet[Message]:
    """The letter's messages, one a person."""
    return Message.objects.filter(pk__in=letter.dispatches.values("message_id"))


def taken_of(letter: Letter) -> QuerySet[Message]:
    """Those of the letter's messages that the mail server took: from the first of them on, the letter is sent."""
    return messages_of(letter).filter(sent_at__isnull=False)


def latest_letter(user: User, file: UUID) -> Letter | None:
    """The letter of the file (its `public_id`) that was sent last to an organisation `user` acts for, or None."""
    return Letter.objects.of_member(user).filter(application__public_id=file).latest_first().first()


def due_to_presume() -> QuerySet[Letter]:
    """Letters sent so long ago that the business days may be over: candidates for `services.presume_served`."""
    return Letter.objects.filter(state=LetterState.SENT).order_by("sent_at")


def due_to_advance() -> QuerySet[Letter]:
    """Letters that can go on, or must fail, by themselves: candidates for `services.advance`.

    Their document was made, or given up; one of their messages left, or none is on its way any more.
    """
    renderings = Rendering.objects.all()
    over = Q(rendering__done_at__isnull=False) | Q(rendering__in=given_up(renderings))
    own = Dispatch.objects.filter(letter=OuterRef("pk"))
    left = Exists(own.filter(message__sent_at__isnull=False))
    under_way = Exists(own.exclude(message__in=given_up(Message.objects.all())))
    return Letter.objects.filter(
        Q(state=LetterState.QUEUED) & over | Q(state__in=LEAVING) & (left | ~under_way)
    ).order_by("pk")


def status_of(letter: Letter) -> Tag:
    """Where a letter stands, in words."""
    return Tag(letter.get_state_display(), LetterState(letter.state).row.tag)


def why_failed(letter: Letter) -> str:
    """Why a letter could not be made or sent, and what mends it, as the people of its programme read it."""
    if letter.failed_from == LetterState.QUEUED:
        return why_lost(letter.last_error)
    if not letter.dispatches.exists():
        return _(
            "Nobody with an account acts for the organisation: there is nobody to send the letter to. "
            "Once somebody has joined it, try again."
        )
    return _("The mail server took none of its messages: %(detail)s") % {"detail": letter.last_error[:300]}


def work_for(user: Actor, *, limit: int = MOST) -> list[WorkLine]:
    """The letters that nobody of `user`'s organisations has opened yet."""
    return _unread(user, limit) if is_person(user) else []


def _unread(user: User, limit: int) -> list[WorkLine]:
    unread = Letter.objects.of_member(user).filter(read_at=None).select_related("application")
    return first_lines(unread.latest_first(), _line, limit=limit, rest=Rest.ANY)


def _line(letter: Letter) -> WorkLine:
    file = letter.application
    label, link = f"{file.reference} · {file.title}", LETTER(letter.public_id)
    return WorkLine(_("Read your letter"), label, link, role=Hat.COMPANY, note=file.organisation_name)
