"""The whole of a programme's rules: read from the dictionary of a version, and written back to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from programs.constants import DayKind
from programs.policy.aid import AidRules
from programs.policy.aid_parsing import BadAidRules, parse_aid
from programs.policy.aid_reading import aid_as_written, read_aid
from programs.policy.eligibility import Eligibility, read_eligibility
from programs.policy.panel import PanelRules, read_panel
from programs.policy.ranking import RankingRules, read_ranking
from programs.policy.reconsideration import ReconsiderationRules, read_reconsideration
from programs.policy.reporting import ClaimRules, Indicator, read_claims, read_indicators, said_of
from programs.policy.screening import ScreeningRules, read_checklist
from programs.policy.service import ServiceStandards, read_service
from questions.schema.definition import Form
from questions.schema.reading import Reader
from questions.schema.standing import promised_in
from work.texts import Said

# What the definition of a `Rules` version holds, one key for each, in the order of a bundle.
KEYS = (
    "eligibility",
    "aid",
    "checklist",
    "panel",
    "ranking",
    "service",
    "reconsideration",
    "claims",
    "indicators",
)


@dataclass(frozen=True)
class Chapter:
    """The rules of a theme in words, under their title."""

    title: str
    rules: tuple[Said, ...]


@dataclass(frozen=True)
class Policy:
    """The rules of one programme, at one version."""

    aid: AidRules
    eligibility: Eligibility | None = None
    screening: ScreeningRules = field(default_factory=ScreeningRules)
    panel: PanelRules | None = None  # the checklist alone decides
    ranking: RankingRules = field(default_factory=RankingRules)
    service: ServiceStandards = field(default_factory=ServiceStandards)
    reconsideration: ReconsiderationRules = field(default_factory=ReconsiderationRules)
    claims: ClaimRules | None = None
    indicators: tuple[Indicator, ...] = ()

    @property
    def has_reviews(self) -> bool:
        """Whether a panel reviews the files; else the checklist alone decides, and nobody is asked for a review. The
        confirmation of such files is not built yet: publication refuses rules without a panel."""
        return self.panel is not None

    @property
    def asked_of_panel(self) -> PanelRules:
        """What a panel is asked for: of nobody, nothing, where there is none."""
        return self.panel or PanelRules()

    def to_definition(self) -> dict:
        """The dictionary that a `Rules` version keeps: `parse_policy(policy.to_definition()) == policy`."""
        parts = {
            "eligibility": self.eligibility and self.eligibility.to_definition(),
            "aid": self.aid.to_definition(),
            "checklist": self.screening.to_definition(),
            "panel": self.panel and self.panel.to_definition(),
            "ranking": self.ranking.to_definition(),
            "service": self.service.to_definition(),
            "reconsideration": self.reconsideration.to_definition(),
            "claims": self.claims and self.claims.to_definition(),
            "indicators": [indicator.to_definition() for indicator in self.indicators],
        }
        return {key: part for key, part in parts.items() if part is not None}

    def said(self, criteria: Mapping[str, str]) -> list[Chapter]:
        """Every rule there is, in words, in the reader's language. `criteria`: the names of those of the rubric."""
        chapters = (
            (_("Who may apply"), self.eligibility.said() if self.eligibility else []),
            (_("Aid"), self.aid.said()),
            (_("Screening checklist"), self.screening.said()),
            (_("Reviews"), self.panel.said() if self.panel else []),
            (_("Ranking and funding"), self.ranking.said(criteria)),
            (_("Service standards"), self.service.said()),
            (_("Reconsideration"), self.reconsideration.said()),
            (_("After the award"), [*(self.claims.said() if self.claims else []), *said_of(self.indicators)]),
        )
        return [Chapter(str(title), tuple(rules)) for title, rules in chapters if rules]

    @property
    def promised(self) -> list[str]:
        """The keys that these rules write and that nothing obeys yet (`claims.every`), in their order."""
        themes = {
            "eligibility": self.eligibility,
            "aid": self.aid,
            "checklist": self.screening,
            "panel": self.panel,
            "ranking": self.ranking,
            "service": self.service,
            "reconsideration": self.reconsideration,
            "claims": self.claims,
        }
        found = [key for name, theme in themes.items() if theme for key in promised_in(theme, name)]
        return found + (["indicators"] if self.indicators else [])


def parse_policy(definition: Mapping) -> Policy:
    """The policy of a version's dictionary; what cannot be read is left at its default (publication refuses it).

    BadAidRules when the aid is absent or cannot be computed: money is never a default.
    """
    read = _read(Reader(dict(definition)), criteria=None, aid=lambda reader: parse_aid(reader.node))
    if read["aid"] is None:
        raise BadAidRules("aid", _("missing"))
    return Policy(**read)


def as_written(definition: Mapping) -> dict:
    """The rules of a version as a bundle writes them, to the letter: what is wrong in a draft is written too."""
    kept = {key: definition[key] for key in KEYS if key in definition}
    return kept | {"aid": aid_as_written(definition["aid"])}


def read_rules(top: Reader, *, form: Form, criteria: Collection[str]) -> dict | None:
    """Reads the rules of a bundle for what is wrong in them, noted on `top`. `form`: whose budget the aid must know.
    `criteria`: the keys of the rubric. Returns the aid as a version keeps it; None where there is none."""
    return _read(top, criteria=criteria, aid=lambda reader: read_aid(reader, form))["aid"]


def _read(top: Reader, *, criteria: Collection[str] | None, aid: Callable[[Reader], object]) -> dict[str, Any]:
    """Every theme by its name in `Policy`; one that is absent is left out, and noted where it is required."""
    given = top.child("eligibility")
    read: dict[str, Any] = {"eligibility": read_eligibility(given) if given else None}
    given = top.child("aid")
    read["aid"] = aid(given) if given else None
    read["screening"] = read_checklist(top)
    for name, reading, required in (
        ("panel", read_panel, True),
        ("ranking", lambda reader: read_ranking(reader, criteria), True),
        ("service", read_service, True),
        ("reconsideration", read_reconsideration, True),
        ("claims", read_claims, False),
    ):
        given = top.child(name, required=required)
        if given:
            read[name] = reading(given)
    _check_answers(top, read.get("service"), read.get("reconsideration"))
    return read | {"indicators": read_indicators(top)}


def _check_answers(top: Reader, service: ServiceStandards | None, reconsideration: ReconsiderationRules | None) -> None:
    """A reconsideration is answered in one number of days, whichever of the two places says it."""
    promise = service.reconsider if service else None
    if promise is None or reconsideration is None:
        return
    if (promise.days, promise.kind) != (reconsideration.answer_days, DayKind.CALENDAR):
        said = _(
            "The answer to a reconsideration is due after this number of calendar days: %(days)s "
            "(reconsideration.answer_days). Say the same here."
        )
        top.problem(said % {"days": reconsideration.answer_days}, "service", "reconsider")
