"""What the letter of a decision is about, and the fields that it has besides those of any file's letter."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from applications.selectors.cohorts import goes_on_to
from decisions.models import Decision
from decisions.states import FUNDED, DecisionKind, StepKind
from letters.fields import Field, fields_in
from letters.states import LetterKind
from letters.subjects import Signer, Subject, day_text
from programs.policy import Policy
from programs.policy.reporting import Every, HoldbackUntil
from programs.rubric import Rubric
from programs.selectors import policy_of, rubric_of
from reviews.selectors import PanelReviews, Reread, panel_reviews, reread
from work import clock
from work.money import format_money, format_percent


@dataclass(frozen=True, eq=False)
class DecisionSubject(Subject):
    """What the letter of `decision` is about."""

    decision: Decision

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.application.call)

    @property
    def rubric(self) -> Rubric:
        return rubric_of(self.application.call)

    @cached_property
    def counted(self) -> PanelReviews:
        """The reviews that count today."""
        return panel_reviews(self.application)

    @cached_property
    def read(self) -> Reread | None:
        """The reviews that its recommendation was read from, beside these; None where no evidence was kept."""
        recommendation = self.decision.recommendation
        return reread(recommendation, self.counted) if recommendation else None

    @property
    def reviews(self) -> PanelReviews:
        """Those that it decides on: what its recommendation was read from."""
        return self.read.then if self.read else self.counted


def subject_of(decision: Decision) -> DecisionSubject:
    """What the letter of a decision is about, as it would leave now; once issued, as of its issue."""
    return DecisionSubject(
        application=decision.application,
        kind=DecisionKind(decision.kind).row.letter,
        dated=decision.issued_at or clock.now(),
        signer=_signer_of(decision),
        amount=decision.amount,
        agreements=frozenset(
            share.envelope.agreement for share in decision.shares.select_related("envelope__agreement")
        ),
        decision=decision,
    )


def _signer_of(decision: Decision) -> Signer:
    """Who approved, and their function; the cluster's management while nobody has."""
    approved = decision.steps.counted().filter(kind=StepKind.APPROVED)  # one at most
    step = approved.select_related("by").first()
    if step is None:
        return Signer(gettext_lazy("The management of the cluster"))
    return Signer(step.by.full_name, step.by.title_fr, step.by.title_en)


def _approver(subject: DecisionSubject, language: str) -> str:
    name, title = str(subject.signer.name), subject.signer.title(language)
    return f"{name}, {title}" if title else name


def _score(value: Decimal | None, language: str) -> str:
    if value is None:
        return ""
    text = f"{Decimal(value):.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if language == "fr" else text


def _aid_rate(subject: DecisionSubject, language: str) -> str:
    """The aid rate, or that of each type of recipient."""
    return str(subject.policy.aid.rate)


def _project_until(subject: DecisionSubject, language: str) -> str:
    return day_text(subject.policy.aid.window.until, language)


def _next_closing(subject: DecisionSubject, language: str) -> str:
    """Of a file that is put on the waiting list, the closing of the cohort where it goes on to; of any other, of the
    first one still open after the decision. Empty where there is none: a letter then says nothing of it."""
    call = subject.application.call
    if subject.kind == LetterKind.WAITLISTED:
        goes_on = goes_on_to(subject.application, at=subject.dated)
        return day_text(goes_on.closing, language) if goes_on else ""
    closing: datetime | None = call.cohort_at(subject.dated) if call.closes_at else None
    return day_text(closing, language) if closing and closing > subject.dated else ""


def _reconsideration_days(subject: DecisionSubject, language: str) -> str:
    days = subject.policy.reconsideration.ask_days
    return ngettext("%(count)s calendar day", "%(count)s calendar days", days) % {"count": days}


def _extent(subject: DecisionSubject, language: str) -> str:
    """Whether the application is approved whole or in part."""
    if subject.decision.kind == DecisionKind.PARTIAL:
        return pgettext("application", "approved in part")
    return pgettext("application", "approved")


def _granted(subject: DecisionSubject, language: str) -> str:
    """What was requested beside what is granted, the reimbursement and the bonus apart; and what becomes of the bonus.
    Empty where all that was requested is granted, and no bonus is in it: the amount says it all."""
    decision = subject.decision
    asked, granted = subject.application.requested, decision.parts
    if decision.kind not in FUNDED or (decision.kind != DecisionKind.PARTIAL and not granted.bonus):
        return ""
    amounts = [(_("Reimbursement of eligible costs"), asked.reimbursement, granted.reimbursement)]
    said = ""
    if asked.bonus or granted.bonus:
        amounts.append((_("Bonus"), asked.bonus, granted.bonus))
        said = str(granted.condition) if granted.bonus else _("No bonus is granted: costs are reimbursed first.")
    rows = [(name, format_money(one, language), format_money(other, language)) for name, one, other in amounts]
    total = tuple(format_money(one, language) for one in (asked.total, granted.total)) if len(rows) > 1 else ()
    context = {"rows": rows, "total": total, "bonus": said}
    return mark_safe(render_to_string("decisions/letter_granted.html", context))  # noqa: S308 (a template's output)


def _says_granted(subject: DecisionSubject) -> bool:
    """Whether the programme's letter says by itself what was requested and what is granted (`granted`)."""
    template = subject.template
    return template is not None and "granted" in fields_in(template.body_fr) + fields_in(template.body_en)


def _shares(subject: DecisionSubject, language: str) -> str:
    """A table: the amount by fiscal year and agreement, and the total. Before it, in a letter that does not say it by
    itself, what was requested beside what is granted."""
    if subject.decision.kind not in FUNDED:
        return ""
    shares = subject.decision.shares.select_related("envelope__agreement")
    rows = [
        (share.envelope.label, share.envelope.agreement.reference, format_money(share.amount, language))
        for share in shares.order_by("envelope__fiscal_year", "envelope_id")
    ]
    context = {"rows": rows, "total": format_money(subject.amount, language)}
    before = "" if _says_granted(subject) else _granted(subject, language)
    table = render_to_string("decisions/letter_shares.html", context)
    return mark_safe(before + table)  # noqa: S308 (both are a template's output)


def _conditions(subject: DecisionSubject, language: str) -> str:
    """The conditions that the programme's rules put on every award, as a list."""
    policy = subject.policy
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
        texts.append(_held_back(claims.holdback_until) % {"percent": format_percent(claims.holdback_percent, language)})
    names = [indicator.name.in_language(language) for indicator in policy.indicators]
    if names := [name[:1].lower() + name[1:] for name in names if name]:
        texts.append(_("Your reports give these results: %(indicators)s.") % {"indicators": "; ".join(names)})
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", [(t,) for t in texts]))


def _held_back(until: HoldbackUntil | None) -> str:
    if until == HoldbackUntil.CLOSE_OUT:
        return _("%(percent)s of each payment is held back until your award is closed out.")
    return _("%(percent)s of each payment is held back until your final report is accepted.")


def _claimed(period: Every) -> str:
    """How often costs are claimed: one whole sentence a period, since words put together do not translate."""
    return {
        Every.MONTH: _("Every month, you claim the costs that you have paid, with supporting documents."),
        Every.QUARTER: _("Every quarter, you claim the costs that you have paid, with supporting documents."),
        Every.HALF_YEAR: _("Every half-year, you claim the costs that you have paid, with supporting documents."),
        Every.YEAR: _("Every year, you claim the costs that you have paid, with supporting documents."),
        Every.MILESTONE: _("At each milestone, you claim the costs that you have paid, with supporting documents."),
    }[period]


def _reasons(subject: DecisionSubject, language: str) -> SafeString:
    """Reasons by criterion (mean points beside the minimum) where reviews decided; then what was written."""
    parts, decision = [], subject.decision
    if DecisionKind(decision.kind).row.recommended is not None:
        reviews = subject.reviews
        if reviews.mean is not None:
            rows = [
                (
                    getattr(criterion.name, language),
                    format_percent(criterion.weight, language),
                    _score(reviews.means.get(criterion.key), language),
                    _score(criterion.minimum_points, language),
                )
                for criterion in subject.rubric.criteria
            ]
            mean, overall = _score(reviews.mean, language), _score(subject.rubric.pass_overall, language)
            context = {"rows": rows, "mean": mean, "overall": overall}
            parts.append(render_to_string("decisions/letter_reasons.html", context))
    lines = [line.strip() for line in _written(decision, language).splitlines() if line.strip()]
    if decision.kind == DecisionKind.INELIGIBLE and len(lines) > 1:
        parts.append(format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", [(line,) for line in lines])))
    else:
        parts += [format_html("<p>{}</p>", line) for line in lines]
    return mark_safe("".join(parts))  # noqa: S308 (each part is a template's output or was escaped)


def _written(decision: Decision, language: str) -> str:
    return getattr(decision, f"reasons_{language}").strip()


def _reasons_lack_a_language(subject: DecisionSubject, language: str) -> bool:
    """Reasons written in one of the letter's languages are written in each."""
    written = [one for one in subject.languages if _written(subject.decision, one)]
    return bool(written) and language not in written


def _feedback(subject: DecisionSubject, language: str) -> str:
    """What the reviewers wrote for the applicant, without names, in the order the reviews came in.

    In the language they were written in: it is theirs, and nobody translates it. Those that count no more are silent.
    """
    texts = [(review.feedback,) for review in subject.counted.reviews if review.feedback]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", texts)) if texts else ""


_AFTER_REVIEWS = (LetterKind.APPROVED, LetterKind.DECLINED, LetterKind.WAITLISTED)
_OF_MONEY = (LetterKind.APPROVED, LetterKind.RECONSIDERED)
FIELDS: tuple[Field[DecisionSubject], ...] = (
    Field("decided_on", gettext_lazy("Date of the decision"), lambda s, language: day_text(s.dated, language),
          "1er mars 2027", "March 1, 2027"),
    Field("approver", gettext_lazy("Who decided, with their job title"), _approver,
          "la direction", "the management"),
    Field("score", gettext_lazy("Overall mean"), lambda s, language: _score(s.reviews.mean, language),
          "74,67", "74.67", kinds=_AFTER_REVIEWS),
    Field("pass_mark", gettext_lazy("Pass mark"), lambda s, language: _score(s.rubric.pass_overall, language),
          "60", "60", kinds=_AFTER_REVIEWS),
    Field("amount", gettext_lazy("Amount awarded"), lambda s, language: format_money(s.amount, language),
          "75 000,00 $", "$75,000.00", kinds=_OF_MONEY),
    Field("extent", gettext_lazy("Whether it is approved whole or in part"), _extent,
          "approuvée en partie", "approved in part", kinds=(LetterKind.APPROVED,)),
    Field("granted", gettext_lazy("What was requested and what is granted, the bonus apart"), _granted,
          "Demandé : …", "Requested: …", block=True, kinds=(LetterKind.APPROVED,), optional=True),
    Field("aid_rate", gettext_lazy("Aid rate"), _aid_rate,
          "40 %", "40%", kinds=_OF_MONEY),
    Field("project_until", gettext_lazy("Last day of eligible costs"), _project_until,
          "31 janvier 2029", "January 31, 2029", kinds=_OF_MONEY),
    Field("shares", gettext_lazy("Amount by fiscal year and agreement"), _shares,
          "2026-2027 : …", "2026-2027: …", block=True, kinds=_OF_MONEY),
    Field("conditions", gettext_lazy("Conditions of the award"), _conditions,
          "…", "…", block=True, kinds=_OF_MONEY),
    Field("reasons", gettext_lazy("Reasons, by criterion or by item"), _reasons,
          "…", "…", block=True, lacks=_reasons_lack_a_language),
    Field("feedback", gettext_lazy("Reviewers' comments, without names"), _feedback,
          "…", "…", block=True, kinds=_AFTER_REVIEWS, optional=True),
    Field("next_closing", gettext_lazy("Closing of the next cohort"), _next_closing,
          "31 mai 2027", "May 31, 2027", kinds=(LetterKind.WAITLISTED, LetterKind.DECLINED), optional=True),
    Field("reconsideration_days", gettext_lazy("Time to ask for reconsideration"), _reconsideration_days,
          "30 jours civils", "30 calendar days"),
)  # fmt: skip
