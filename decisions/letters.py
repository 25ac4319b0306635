"""What a letter says: its languages, the value of each field, and the sheet it is written on.

The same decision always gives the same HTML: nothing here asks the clock but through the decision's own instants.
"""

import re
from datetime import date
from decimal import Decimal

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.roles import OrganisationRole
from decisions.models import Decision
from decisions.states import FUNDED, Kind, StepKind
from documents.packet import Letterhead, sheet
from programs.catalog import LETTER_FIELDS, fields_in, fill_letter
from programs.models.agreements import LanguageRegime
from programs.rubric import parse_rubric
from programs.states import LetterKind
from reviews.figures import file_scores
from work import clock
from work.money import format_money, format_percent

STRICTEST_FIRST = (LanguageRegime.FR_ONLY, LanguageRegime.FR_PREVAILS, LanguageRegime.BOTH_EQUAL)
TEMPLATE_OF = {Kind.PARTIAL: LetterKind.APPROVED}


def letter_kind(decision):
    """The kind of letter a decision takes; a partial approval is an approval with its own amount."""
    return TEMPLATE_OF.get(decision.kind, LetterKind(decision.kind))


def template_of(decision):
    """The latest version of the programme's letter of this kind, or None."""
    templates = decision.application.call.program.letter_templates
    return templates.filter(kind=letter_kind(decision)).order_by("-number").first()


def regime_of(decision):
    """The language regime that governs the letter: the strictest of the agreements that pay, or fund the programme."""
    agreements = {share.envelope.agreement for share in decision.shares.select_related("envelope__agreement")}
    if not agreements:
        agreements = set(decision.application.call.program.agreements.all())
    regimes = {agreement.language_regime for agreement in agreements}
    return next((regime for regime in STRICTEST_FIRST if regime in regimes), LanguageRegime.FR_ONLY)


def languages_of(decision):
    """The languages of the letter, the one that prevails first. Where both are equal, the applicant's comes first."""
    regime = regime_of(decision)
    if regime == LanguageRegime.FR_ONLY:
        return ["fr"]
    if regime == LanguageRegime.BOTH_EQUAL and decision.application.language == "en":
        return ["en", "fr"]
    return ["fr", "en"]


def values_of(decision, language):
    """The value of each field in `language`: texts, and safe HTML for block fields. Empty where nothing is known."""
    with translation.override(language):
        application = decision.application
        call, program = application.call, application.call.program
        rules = call.rules.definition
        rubric = parse_rubric(call.rubric.definition)
        decided = decision.issued_at or clock.now()
        partners = [agreement.partner for agreement in program.agreements.select_related("partner").order_by("id")]
        until = ((rules.get("aid") or {}).get("window") or {}).get("until")
        rate = (rules.get("aid") or {}).get("rate")
        closing = call.cohort_at(decided)
        return {
            "organisation": application.organisation_name,
            "signatory": _signatory(application),
            "reference": application.reference or "",
            "title": application.title,
            "programme": program.name,
            "call": call.name,
            "partner": _listed([partner.name for partner in partners]),
            "cluster": program.cluster.name,
            "submitted_on": clock.format_day(clock.day_of(application.submitted_at), language),
            "decided_on": clock.format_day(clock.day_of(decided), language),
            "approver": _approver(decision, language),
            "score": _score(application.score, language),
            "pass_mark": _score(rubric.pass_overall, language),
            "amount": format_money(decision.amount, language),
            "aid_rate": format_percent(Decimal(rate), language) if isinstance(rate, str | int) else "",
            "project_until": _day_text(until, language),
            "shares": _shares(decision, language),
            "conditions": _conditions(rules, language),
            "reasons": _reasons(decision, rubric, language),
            "feedback": _feedback(application, language),
            "next_closing": clock.format_day(clock.day_of(closing), language),
            "reconsideration_days": str((rules.get("reconsideration") or {}).get("days", "")),
            "contact_email": program.contact_email,
            "contact_phone": program.contact_phone,
        }


def empty_fields(decision):
    """Fields that the letter uses and that would be empty, as `language:field`; `"template"` when there is none."""
    template = template_of(decision)
    if template is None:
        return ["template"]
    empty = []
    for language in languages_of(decision):
        values = values_of(decision, language)
        used = fields_in(getattr(template, f"subject_{language}")) + fields_in(getattr(template, f"body_{language}"))
        optional = {"feedback"}
        empty += [f"{language}:{key}" for key in dict.fromkeys(used) if key not in optional and not values.get(key)]
        if not getattr(template, f"body_{language}").strip():
            empty.append(f"{language}:body")
    return empty


def subject_of(decision, language):
    """The letter's subject line, filled."""
    template = template_of(decision)
    return fill_letter(getattr(template, f"subject_{language}"), values_of(decision, language))


def html_of(decision, *, code):
    """The whole letter as one sheet of HTML, in every language of its regime, with its verification code."""
    languages = languages_of(decision)
    sections = [(language, section_of(decision, language, code=code)) for language in languages]
    return sheet(sections, letterhead=letterhead_of(decision, languages[0]))


def letterhead_of(decision, language):
    cluster = decision.application.call.program.cluster
    with translation.override(language):
        lines = [line for line in (cluster.address or "").splitlines() if line.strip()]
        lines += [text for text in (cluster.phone, cluster.email) if text]
        return Letterhead(name=cluster.name, lines=tuple(lines), running=decision.application.reference or "")


def section_of(decision, language, *, code):
    """One language of the letter: the template's paragraphs with their fields, under the address and over the code."""
    template = template_of(decision)
    values = values_of(decision, language)
    application = decision.application
    organisation = application.organisation
    with translation.override(language):
        url = settings.BASE_URL.rstrip("/") + reverse("decision-verify-code", args=[code])
        regime = regime_of(decision)
        context = {
            "recipient": [
                values["signatory"],
                organisation.legal_name,
                organisation.street,
                f"{organisation.city} ({organisation.province})  {organisation.postal_code}",
            ],
            "date": values["decided_on"],
            "reference": application.reference,
            "subject": fill_letter(getattr(template, f"subject_{language}"), values),
            "paragraphs": _paragraphs(getattr(template, f"body_{language}"), values),
            "courtesy": regime == LanguageRegime.FR_PREVAILS and language == "en",
            "signatory": values["approver"].split(",")[0],
            "signatory_lines": [part.strip() for part in values["approver"].split(",")[1:]],
            "verify_code": code,
            "verify_url": url,
            "verify_qr": _qr(url),
        }
        return render_to_string("decisions/letter.html", context)


def _paragraphs(body, values):
    """Paragraphs of a template as safe HTML: block fields as they are, headings from `## `, lists from `- `, text escaped."""
    shown = []
    for part in re.split(r"\n\s*\n", body.strip()):
        names = fields_in(part)
        if len(names) == 1 and LETTER_FIELDS[names[0]].block:
            if values[names[0]]:
                shown.append(values[names[0]])
        elif part.startswith("## "):
            shown.append(format_html("<h2>{}</h2>", fill_letter(part[3:].strip(), values)))
        elif all(line.startswith("- ") for line in part.splitlines()):
            items = [(fill_letter(line[2:], values),) for line in part.splitlines()]
            shown.append(format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items)))
        else:
            text = escape(fill_letter(part, values)).replace("\n", "<br>")
            shown.append(mark_safe(f"<p>{text}</p>"))  # noqa: S308 (escaped above)
    return shown


def _signatory(application):
    snapshot = application.snapshots.order_by("-number").first()
    if snapshot is not None and snapshot.signed_name:
        return snapshot.signed_name
    found = application.organisation.memberships.filter(role=OrganisationRole.SIGNATORY).order_by("id").first()
    return found.user.full_name if found else ""


def _approver(decision, language):
    """Who approved, with their function; the cluster's management while nobody has."""
    step = (
        decision.steps.filter(kind=StepKind.APPROVED, voided_at__isnull=True)
        .select_related("by")
        .order_by("-id")
        .first()
    )
    if step is None:
        return _("The management of the cluster")
    title = getattr(step.by, f"title_{language}")
    return f"{step.by.full_name}, {title}" if title else step.by.full_name


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


def _day_text(value, language):
    if not value:
        return ""

    return clock.format_day(value if isinstance(value, date) else date.fromisoformat(str(value)), language)


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


def _conditions(rules, language):
    """The programme's conditions of award, as a list."""
    conditions = (rules.get("aid") or {}).get("conditions") or rules.get("conditions") or []
    texts = [(item.get(language) or item.get("fr", ""),) for item in conditions]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", texts)) if texts else ""


def _reasons(decision: Decision, rubric, language):
    """Reasons by criterion (mean points beside the minimum), or by failed item; then what the panel wrote."""
    application = decision.application
    parts = []
    if decision.kind != Kind.INELIGIBLE:
        scores = file_scores(application, rubric)
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
            context = {
                "rows": rows,
                "mean": _score(scores.mean, language),
                "overall": _score(rubric.pass_overall, language),
            }
            parts.append(render_to_string("decisions/letter_reasons.html", context))
    own = getattr(decision, f"reasons_{language}") or decision.reasons_fr or decision.reasons_en
    parts += [format_html("<p>{}</p>", line) for line in own.splitlines() if line.strip()]
    return mark_safe("".join(parts))  # noqa: S308 (each part is a template's output or was escaped)


def _feedback(application, language):
    """What the reviewers wrote for the applicant, without names, in the order the reviews came in."""
    texts = [
        (text,)
        for text in application.assignments.counted().order_by("submitted_at").values_list("feedback", flat=True)
        if text.strip()
    ]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", texts)) if texts else ""


def _qr(url):
    """A QR code as a `data:` image, drawn as vectors so that it prints sharp."""
    return segno.make(url, error="m").svg_data_uri(scale=2, border=0, omitsize=False)
