"""A programme's rules, typed: one module a theme, and one `Policy` that holds them (ADR 15).

A `Rules` version keeps them as a plain dictionary; a bundle writes them as YAML. They are read here and nowhere else:

| theme | its key in the dictionary | its type |
|---|---|---|
| `aid` | `aid` | `AidRules`: what the arithmetic computes with |
| `eligibility` | `eligibility` | `Eligibility`: the two-minute check |
| `screening` | `checklist` | `ScreeningRules`: what the officer checks |
| `panel` | `panel` | `PanelRules`: who reviews a file, and for how long |
| `ranking` | `ranking` | `RankingRules`: the order of the files, and where the line falls |
| `service` | `service` | `ServiceStandards`: how many days for what |
| `reconsideration` | `reconsideration` | `ReconsiderationRules` |
| `reporting` | `claims`, `indicators` | `ClaimRules`, `Indicator` |

Where a dictionary says nothing, the default of its theme holds: it stands in the dataclass. The policy of a call is
`programs.selectors.policy_of(call)`. Pure: no Django beyond translation.
"""

from programs.policy.aid import AidRules, Bonus, Category, Window
from programs.policy.aid_parsing import BadAidRules, parse_aid
from programs.policy.aid_reading import aid_as_written, read_aid
from programs.policy.eligibility import Eligibility, EligibilityQuestion
from programs.policy.panel import Excluded, PanelRules
from programs.policy.policy import KEYS, Chapter, Policy, as_written, parse_policy, read_rules
from programs.policy.ranking import RankingRules
from programs.policy.rate import Rate
from programs.policy.reconsideration import ReconsiderationRules
from programs.policy.reporting import ClaimRules, Indicator
from programs.policy.screening import AutomaticCheck, ChecklistItem, ScreeningRules
from programs.policy.service import DecisionPromise, Promise, ServiceStandards, Standard, Start
from questions.schema.standing import Decides, Obeyed, Promised, Refused, rules_in

__all__ = [
    "KEYS",
    "AidRules",
    "AutomaticCheck",
    "BadAidRules",
    "Bonus",
    "Category",
    "Chapter",
    "ChecklistItem",
    "ClaimRules",
    "Decides",
    "DecisionPromise",
    "Eligibility",
    "EligibilityQuestion",
    "Excluded",
    "Indicator",
    "Obeyed",
    "PanelRules",
    "Policy",
    "Promise",
    "Promised",
    "RankingRules",
    "Rate",
    "ReconsiderationRules",
    "Refused",
    "ScreeningRules",
    "ServiceStandards",
    "Standard",
    "Start",
    "Window",
    "aid_as_written",
    "as_written",
    "parse_aid",
    "parse_policy",
    "read_aid",
    "read_rules",
    "rules_in",
]
