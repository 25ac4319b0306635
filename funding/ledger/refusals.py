"""What the ledger answers when money cannot move: sentences with their figures, written in the reader's language."""

from decimal import Decimal

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from funding.models import Envelope
from funding.money import Bucket
from moves.refusals import Refusal, WrongMoment
from work.money import format_money

NOT_AVAILABLE = _("Envelope %(envelope)s: %(asked)s asked, %(available)s available for new awards.")
NOT_FREE = _("Envelope %(envelope)s: %(asked)s asked, %(available)s free.")
NOT_IN_IT = _("Envelope %(envelope)s: %(asked)s asked, but this balance holds only %(available)s.")
NOT_HELD = {
    Bucket.RESERVED: _("Envelope %(envelope)s: %(asked)s asked, but only %(available)s is reserved for this file."),
    Bucket.COMMITTED: _("Envelope %(envelope)s: %(asked)s asked, but only %(available)s is committed for this file."),
    Bucket.PAYABLE: _("Envelope %(envelope)s: %(asked)s asked, but only %(available)s is payable for this file."),
    Bucket.PAID: _("Envelope %(envelope)s: %(asked)s asked, but only %(available)s was paid for this file."),
    Bucket.RECOVERED: _(
        "Envelope %(envelope)s: %(asked)s asked, but only %(available)s is recovered and not yet returned."
    ),
}
CLOSED = _("Envelope %(envelope)s is closed. It only accepts payments of what was payable, recoveries and returns.")
NOT_AUTHORISED = _(
    "Agreement %(agreement)s is with the federal government: enter its authorisation (number and date), "
    "or why none is needed, before committing this money."
)


class InsufficientFunds(WrongMoment):
    """The envelope does not hold what is asked. `envelope`, `available` and `asked` say so in figures."""

    def __init__(self, envelope: Envelope, *, available: Decimal, asked: Decimal, sentence: str = NOT_AVAILABLE):
        self.envelope = envelope
        self.available = available
        self.asked = asked
        figures = {"envelope": str(envelope), "available": available, "asked": asked}
        super().__init__(Refusal(say(sentence, **figures), code="insufficient_funds"))


def _say(msgid: str, **figures: object) -> str:
    language = get_language() or "fr"
    shown = {k: format_money(v, language) if isinstance(v, Decimal) else v for k, v in figures.items()}
    return gettext(msgid) % shown


say = lazy(_say, str)  # written when it is read, in the reader's language


def refused(msgid: str, code: str, **figures: object) -> WrongMoment:
    return WrongMoment(Refusal(say(msgid, **figures), code=code))
