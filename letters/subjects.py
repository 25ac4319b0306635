"""What a letter is about, as the app above hands it over; and the fields that the letters of any file have."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from applications.models import Application
from applications.selectors import current_snapshot
from funding.models import Agreement, LanguageRegime
from letters.fields import Field
from letters.models import Letter, LetterTemplate
from letters.states import LetterKind
from programs.models import Program
from work import clock

STRICTEST_FIRST = (LanguageRegime.FR_ONLY, LanguageRegime.FR_PREVAILS, LanguageRegime.BOTH_EQUAL)


@dataclass(frozen=True)
class Signer:
    """Who signs a letter, and their function in each language."""

    name: str | Promise
    title_fr: str = ""
    title_en: str = ""

    def title(self, language: str) -> str:
        """Their function, "" where none is known."""
        return self.title_en if language == "en" else self.title_fr


@dataclass(frozen=True, eq=False)
class Subject:
    """What a letter is about. A higher app adds to it what its own fields read.

    dated: the instant whose day the letter bears; amount: what it grants, 0 where it grants nothing;
    agreements: those that pay for it, none where it pays nothing.
    """

    application: Application
    kind: LetterKind
    dated: datetime
    signer: Signer
    amount: Decimal
    agreements: frozenset[Agreement]

    @property
    def program(self) -> Program:
        return self.application.call.program

    @cached_property
    def template(self) -> LetterTemplate | None:
        """The latest version of the programme's letter of this kind."""
        return self.program.letter_templates.filter(kind=self.kind).latest_of_each_kind().first()

    @cached_property
    def regime(self) -> LanguageRegime:
        """The language regime of the letter: the strictest of the agreements that pay, or that fund the programme."""
        regimes = {agreement.language_regime for agreement in self.agreements or self.program.agreements.all()}
        return next((regime for regime in STRICTEST_FIRST if regime in regimes), LanguageRegime.FR_ONLY)

    @property
    def languages(self) -> tuple[str, ...]:
        """The letter's languages, the one that prevails first. Where both are equal, the applicant's comes first."""
        if self.regime == LanguageRegime.FR_ONLY:
            return ("fr",)
        if self.regime == LanguageRegime.BOTH_EQUAL and self.application.language == "en":
            return ("en", "fr")
        return ("fr", "en")


@dataclass(frozen=True)
class Told:
    """What a letter's pages say of its subject: what was decided, when, for how much (None: no money); whether a later
    one took its place; and, asked only where it is shown, the last instant to ask for a reconsideration."""

    decided: str
    at: datetime | None
    amount: Decimal | None
    superseded: bool
    until: Callable[[], datetime | None]


_TELLERS: dict[LetterKind, Callable[[Letter], Told]] = {}


def told_by(kinds: Iterable[LetterKind], tell: Callable[[Letter], Told]) -> None:
    """The app above that writes these `kinds` of letters says of one what it is about.

    ImproperlyConfigured when another one does.
    """
    for kind in kinds:
        if _TELLERS.setdefault(kind, tell) is not tell:
            raise ImproperlyConfigured(f"letters of kind {kind} are told twice: {_TELLERS[kind]} and {tell}")


def told_of(letter: Letter) -> Told:
    """What a `Letter` is about."""
    return _TELLERS[LetterKind(letter.kind)](letter)


def check_tellers() -> None:
    """Called once every app above is ready: ImproperlyConfigured when nobody tells of the letters of some kind."""
    if untold := [kind.value for kind in LetterKind if kind not in _TELLERS]:
        raise ImproperlyConfigured(f"no app tells what the letters of kind {', '.join(untold)} are about")


def signatory_of(application: Application) -> str:
    """Who signed the application; where no snapshot says, who signs for the organisation now; else nobody."""
    snapshot = current_snapshot(application)
    if snapshot is not None and snapshot.signed_name:
        return snapshot.signed_name
    signs = application.organisation.memberships.signing().select_related("user").order_by("id").first()
    return signs.user.full_name if signs else ""


def day_text(value: datetime | date | None, language: str) -> str:
    """A day in words, from an instant or a day; empty for nothing."""
    if not value:
        return ""
    return clock.format_day(clock.day_of(value) if isinstance(value, datetime) else value, language)


def _partners(subject: Subject, language: str) -> str:
    agreements = subject.program.agreements.select_related("partner").order_by("id")
    return _listed([agreement.partner.name for agreement in agreements])


def _listed(names: list[str]) -> str:
    """Names in a sentence: « A, B et C »."""
    names = list(dict.fromkeys(names))
    if len(names) < 2:
        return "".join(names)
    return pgettext("list", "%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


FIELDS: tuple[Field[Subject], ...] = (
    Field("organisation", _("Name of the organisation"), lambda s, _l: s.application.organisation_name,
          "Usinage Borealis inc.", "Usinage Borealis inc."),
    Field("signatory", _("Authorised signatory"), lambda s, _l: signatory_of(s.application),
          "Camille Roy", "Camille Roy"),
    Field("reference", _("Reference of the file"), lambda s, _l: s.application.reference or "",
          "FE-2026-00042", "FE-2026-00042"),
    Field("title", _("Title of the project"), lambda s, _l: s.application.title,
          "Cellule de contrôle", "Inspection cell"),
    Field("programme", _("Name of the programme"), lambda s, _l: s.program.name,
          "Filière Excellence", "Filière Excellence"),
    Field("call", _("Name of the call"), lambda s, _l: s.application.call.name,
          "Appel 2026-2028", "2026–2028 call"),
    Field("partner", _("Government partner"), _partners,
          "le Ministère", "the Ministère"),
    Field("cluster", _("Name of the cluster"), lambda s, _l: s.program.cluster.name,
          "Aéro Montréal", "Aéro Montréal"),
    Field("submitted_on", _("Date of submission"), lambda s, language: day_text(s.application.submitted_at, language),
          "12 janvier 2027", "January 12, 2027"),
    Field("contact_email", _("E-mail of the programme"), lambda s, _l: s.program.contact_email,
          "programmes@exemple.ca", "programmes@exemple.ca"),
    Field("contact_phone", _("Phone of the programme"), lambda s, _l: s.program.contact_phone,
          "514 555-0100", "514 555-0100"),
)  # fmt: skip
