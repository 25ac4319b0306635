"""The rules of a call in words, wherever they stand: in its version, and in the agreements that pay it."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from funding.constants import TERMS
from programs.models import Call
from programs.policy import Chapter
from programs.selectors.money import funding_of
from programs.selectors.versions import policy_of, rubric_of
from questions.schema.standing import promised_keys
from work.money import format_percent
from work.texts import Said


def rules_in_words(call: Call) -> list[Chapter]:
    """Every rule that a file of the call meets, in the reader's language."""
    criteria = {one.key: str(one.name) for one in rubric_of(call).criteria} if call.rubric_id else {}
    return policy_of(call).said(criteria) + agreements_in_words(call)


def promised_by(call: Call) -> list[str]:
    """The keys of its rules and of its agreements that nothing obeys yet; none for a call without rules."""
    return [*policy_of(call).promised, *promised_keys(TERMS, "agreements")] if call.rules_id else []


def promises_in_words(call: Call) -> list[Said]:
    """The same in words, in the reader's language."""
    rules = [rule for chapter in rules_in_words(call) for rule in chapter.rules] if call.rules_id else []
    return list(dict.fromkeys(rule for rule in rules if rule.later))


def agreements_in_words(call: Call) -> list[Chapter]:
    """What each agreement that pays the call asks of an award, by its reference."""
    chapters = []
    for row in funding_of(call.program):
        names = {"partner": row.agreement.partner.name, "reference": row.agreement.reference}
        share = _("%(share)s of each award.") % {"share": format_percent(row.share, get_language() or "fr")}
        lines = (Said(_("What it pays"), share), *row.agreement.said())
        chapters.append(Chapter(_("%(partner)s, agreement %(reference)s") % names, lines))
    return chapters
