"""The value of each field that a letter may use, in one language. Texts; safe HTML for the fields that are blocks."""

from collections.abc import Mapping
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.roles import OrganisationRole
from decisions.states import FUNDED, DecisionKind, StepKind
from programs.policy import AidRules, Policy
from programs.policy.reporting import Every
from programs.selectors import policy_of, rubric_of
from reviews.selectors import file_scores
from work import clock
from work.money import format_money, format_percent

# Decisions that follow reviews: their reasons begin with the mean points by criterion.
OF_REVIEWS = (
    DecisionKind.APPROVED,
    DecisionKind.PARTIAL,
    DecisionKind.INVITED,
    DecisionKind.WAITLISTED,
    DecisionKind.DECLINED,
)


def values_of(decision, language):
    """The value of each field of `programs.constants.LETTER_FIELDS` in `language`. Empty where nothing is known."""
    with translation.override(language):
        application = decision.application
        call, program = application.call, application.call.program
        policy, rubric = policy_of(call), rubric_of(call)
        decided = decision.issued_at or clock.now()
        partners = [agreement.partner for agreement in program.agreements.select_related("partner").order_by("id")]
        name, title = signer_of(decision, language)
        return {
            "organisation": application.organisation_name,
            "signatory": signatory_of(application),
            "reference": application.reference or "",
            "title": application.title,
            "programme": program.name,
            "call": call.name,
            "partner": _listed([partner.name for partner in partners]),
            "cluster": program.cluster.name,
            "submitted_on": _day_text(application.submitted_at, language),
            "decided_on": _day_text(decided, language),
            "approver": f"{name}, {title}" if title else name,
            "score": _score(application.score, language),
            "pass_mark": _score(rubric.pass_overall, language),
            "amount": format_money(decision.amount, language),
            "aid_rate": _rate(policy.aid, language),
            "project_until": _day_text(policy.aid.window.until, language),
            "shares": _shares(decision, language),
            "conditions": _conditions(policy, language),
            "reasons": _reasons(decision, rubric, language),
            "feedback": _feedback(application),
            "next_closing": _next_closing(call, decided, language),
            "reconsideration_days": str(policy.reconsideration.ask_days),
            "contact_email": program.contact_email,
            "contact_phone": program.contact_phone,
        }


def signatory_of(application):
    """Who signed the application; where no snapshot says, who signs for the organisation now; else nobody."""
    snapshot = application.snapshots.order_by("-number").first()
    if snapshot is not None and snapshot.signed_name:
        return snapshot.signed_name
    signs = application.organisation.memberships.filter(role=OrganisationRole.SIGNATORY).order_by("id")
    found = signs.select_related("user").first()
    return found.user.full_name if found else ""


def signer_of(decision, language):
    """Who approved, and their function: `(name, title)`; the cluster's management while nobody has."""
    steps = decision.steps.filter(kind=StepKind.APPROVED, voided_at__isnull=True)
    step = steps.select_related("by").order_by("-id").first()
    if step is None:
        return str(_("The management of the cluster")), ""
    return step.by.full_name, getattr(step.by, f"title_{language}")


def _listed(names):
    """Names in a sentence: « A, B et C »."""
    names = list(dict.fromkeys(names))
    if len(names) < 2:
        return "".join(names)
    return pgettext("list", "%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _score(value, language):
    if value is None:
        return ""
    text = f"{Decimal(value):.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if language == "fr" else text


def _rate(aid: AidRules, language):
    """The aid rate; empty where there is one for each kind of recipient."""
    return "" if isinstance(aid.rate, Mapping) else format_percent(aid.rate, language)


def _day_text(value, language):
    """A day in words, from an instant or a day; empty for nothing."""
    if not value:
        return ""
    return clock.format_day(clock.day_of(value) if hasattr(value, "hour") else value, language)


def _next_closing(call, decided, language):
    """The closing of the first cohort still open after the decision; empty once the call has closed."""
    closing = call.cohort_at(decided) if call.closes_at else None
    return _day_text(closing, language) if closing and closing > decided else ""


def _shares(decision, language):
    """A table: the amount by fiscal year and agreement, and the total."""
    if decision.kind not in FUNDED:
        return ""
    shares = decision.shares.select_related("envelope__agreement").order_by("envelope__fiscal_year", "envelope_id")
    rows = [
        (share.envelope.label, share.envelope.agreement.reference, format_money(share.amount, language))
        for share in shares
    ]
    context = {"rows": rows, "total": format_money(decision.amount, language)}
    return mark_safe(render_to_string("decisions/letter_shares.html", context))  # noqa: S308 (a template's output)


def _conditions(policy: Policy, language):
    """The conditions that the programme's rules put on every award, as a list."""
    texts = [
        _(
            "All government aid together, this one included, may not exceed %(cap)s of eligible costs. "
            "You must tell us at once of any other aid received or asked for."
        )
        % {"cap": format_percent(policy.aid.stacking_cap, language)}
    ]
    claims = policy.claims
    if claims and claims.every:
        texts.append(_claimed(claims.every))
    if claims and claims.holdback_percent:
        texts.append(
            _("%(percent)s of each payment is held back until your final report is accepted.")
            % {"percent": format_percent(claims.holdback_percent, language)}
        )
    names = [indicator.name.in_language(language) for indicator in policy.indicators]
    if names := [name[:1].lower() + name[1:] for name in names if name]:
        texts.append(_("Your reports give these results: %(indicators)s.") % {"indicators": "; ".join(names)})
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", [(t,) for t in texts]))


def _claimed(period: Every):
    """How often costs are claimed: one whole sentence a period, since words put together do not translate."""
    return {
        Every.MONTH: _("You claim the costs that you have paid every month, with their evidence."),
        Every.QUARTER: _("You claim the costs that you have paid every quarter, with their evidence."),
        Every.HALF_YEAR: _("You claim the costs that you have paid every half-year, with their evidence."),
        Every.YEAR: _("You claim the costs that you have paid every year, with their evidence."),
        Every.MILESTONE: _("You claim the costs that you have paid at each milestone, with their evidence."),
    }[period]


def _reasons(decision, rubric, language):
    """Reasons by criterion (mean points beside the minimum) where reviews decided; then what was written."""
    parts = []
    if decision.kind in OF_REVIEWS:
        scores = file_scores(decision.application, rubric)
        if scores.mean is not None:
            rows = [
                (
                    getattr(criterion.name, language),
                    format_percent(criterion.weight, language),
                    _score(scores.means.get(criterion.key), language),
                    _score(criterion.minimum_points, language),
                )
                for criterion in rubric.criteria
            ]
            mean, overall = _score(scores.mean, language), _score(rubric.pass_overall, language)
            context = {"rows": rows, "mean": mean, "overall": overall}
            parts.append(render_to_string("decisions/letter_reasons.html", context))
    lines = [line.strip() for line in getattr(decision, f"reasons_{language}").splitlines() if line.strip()]
    if decision.kind == DecisionKind.INELIGIBLE and len(lines) > 1:
        parts.append(format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", [(line,) for line in lines])))
    else:
        parts += [format_html("<p>{}</p>", line) for line in lines]
    return mark_safe("".join(parts))  # noqa: S308 (each part is a template's output or was escaped)


def _feedback(application):
    """What the reviewers wrote for the applicant, without names, in the order the reviews came in.

    In the language they were written in: it is theirs, and nobody translates it.
    """
    reviews = application.assignments.counted().order_by("submitted_at", "id")
    texts = [(text.strip(),) for text in reviews.values_list("feedback", flat=True) if text.strip()]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", texts)) if texts else ""
