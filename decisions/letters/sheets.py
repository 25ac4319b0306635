"""The sheet that a letter is written on: which template, which languages, which words.

The same decision always gives the same HTML: nothing here asks the clock but through the decision's own instants.
"""

import re

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from decisions.letters.fields import signer_of, values_of
from decisions.states import DecisionKind
from documents.sheets import Letterhead, sheet
from funding.models import LanguageRegime
from programs.constants import LETTER_FIELDS, fields_in, fill_letter
from programs.states import LetterKind
from work.money import NBSP

STRICTEST_FIRST = (LanguageRegime.FR_ONLY, LanguageRegime.FR_PREVAILS, LanguageRegime.BOTH_EQUAL)
TEMPLATE_OF = {DecisionKind.PARTIAL: LetterKind.APPROVED}
# Fields that a letter may leave empty: its paragraph, and a heading with nothing else under it, are then left out.
OPTIONAL = ("feedback",)


def letter_kind(decision):
    """The kind of letter a decision takes; a partial approval is an approval with its own amount."""
    return TEMPLATE_OF.get(decision.kind) or LetterKind(decision.kind)


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


def empty_fields(decision):
    """Fields that the letter uses and that would be empty, as `language:field`; `"template"` when there is none.

    Reasons written in one of the letter's languages are written in each.
    """
    template = template_of(decision)
    if template is None:
        return ["template"]
    empty = []
    languages = languages_of(decision)
    written = [language for language in languages if getattr(decision, f"reasons_{language}").strip()]
    for language in languages:
        values = values_of(decision, language)
        used = fields_in(getattr(template, f"subject_{language}")) + fields_in(getattr(template, f"body_{language}"))
        lacking = [key for key in dict.fromkeys(used) if key not in OPTIONAL and not values.get(key)]
        if "reasons" in used and "reasons" not in lacking and written and language not in written:
            lacking.append("reasons")
        empty += [f"{language}:{key}" for key in lacking]
        if not getattr(template, f"body_{language}").strip():
            empty.append(f"{language}:body")
    return empty


LANGUAGE_NAMES = {"fr": _("French"), "en": _("English")}


def field_in_words(found):
    """One of `empty_fields` as a person reads it: « Motifs (français) »."""
    if found == "template":
        return _("the programme has no letter of this kind")
    language, _colon, key = found.partition(":")
    name = LETTER_FIELDS[key].name if key in LETTER_FIELDS else _("the text of the letter")
    return f"{name} ({LANGUAGE_NAMES[language]})"


def subject_of(decision, language):
    """The letter's subject line, filled."""
    template = template_of(decision)
    return fill_letter(getattr(template, f"subject_{language}"), values_of(decision, language))


def html_of(decision, *, code):
    """The whole letter as one sheet of HTML, in every language of its regime, with its verification code."""
    languages = languages_of(decision)
    sections = [(language, section_of(decision, language, code=code)) for language in languages]
    return sheet(sections, letterhead=letterhead_of(decision, languages[0]))


def preview(decision, language):
    """One language of the letter as it would leave now, without its code. ValueError without a template."""
    if template_of(decision) is None:
        raise ValueError("the programme has no letter of this kind")
    return sheet([(language, section_of(decision, language))], letterhead=letterhead_of(decision, language))


def letterhead_of(decision, language):
    cluster = decision.application.call.program.cluster
    with translation.override(language):
        lines = [line for line in (cluster.address or "").splitlines() if line.strip()]
        lines += [text for text in (cluster.phone, cluster.email) if text]
        reference = decision.application.reference or ""
        return Letterhead(name=cluster.name, lines=tuple(lines), running=f"{cluster.name} · {reference}")


def section_of(decision, language, *, code=""):
    """One language of the letter: the template's paragraphs with their fields, under the address and over the code."""
    template = template_of(decision)
    values = values_of(decision, language)
    application = decision.application
    name, title = signer_of(decision, language)
    with translation.override(language):
        regime = regime_of(decision)
        context = {
            "recipient": address_of(application, values["signatory"]),
            "date": values["decided_on"],
            "reference": application.reference,
            "subject": fill_letter(getattr(template, f"subject_{language}"), values),
            "paragraphs": paragraphs(getattr(template, f"body_{language}"), values),
            "courtesy": regime == LanguageRegime.FR_PREVAILS and language == "en",
            "signatory": name,
            "signatory_lines": [line for line in (title, values["cluster"]) if line],
            "amount": values["amount"] if decision.amount else "",
        }
        if code:
            url = settings.BASE_URL.rstrip("/") + reverse("decision-verify-code", args=[code])
            page = settings.BASE_URL.rstrip("/") + reverse("decision-verify")
            shown = page.split("://", 1)[-1]
            context |= {"verify_code": code, "verify_url": url, "verify_address": shown, "verify_qr": qr(url)}
        return render_to_string("decisions/letter.html", context)


def address_of(application, person):
    """The lines of the recipient's address. A postal code keeps its two spaces from the province."""
    organisation = application.organisation
    town = f"{organisation.city} ({organisation.province}){NBSP}{NBSP}{organisation.postal_code.replace(' ', NBSP)}"
    lines = [person, application.organisation_name or organisation.legal_name, organisation.street, town]
    return [line for line in lines if line.strip()]


def paragraphs(body, values):
    """Paragraphs of a template as safe HTML: block fields as they are, headings from `## `, lists from `- `.

    Everything else is escaped text.     A heading under which nothing is left is left out.
    """
    shown: list[tuple[bool, str]] = []
    for part in re.split(r"\n\s*\n", body.strip()):
        names = fields_in(part)
        if len(names) == 1 and LETTER_FIELDS[names[0]].block:
            if values[names[0]]:
                shown.append((False, values[names[0]]))
        elif part.startswith("## "):
            shown.append((True, format_html("<h2>{}</h2>", fill_letter(part[3:].strip(), values))))
        elif all(line.startswith("- ") for line in part.splitlines()):
            items = [(fill_letter(line[2:], values),) for line in part.splitlines()]
            shown.append((False, format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items))))
        else:
            text = escape(fill_letter(part, values)).replace("\n", "<br>")
            shown.append((False, mark_safe(f"<p>{text}</p>")))  # noqa: S308 (escaped above)
    last = [heading for heading, _html in shown[1:]] + [True]  # is a heading, or nothing, what follows?
    return [html for (heading, html), alone in zip(shown, last, strict=True) if not (heading and alone)]


def qr(url):
    """A QR code as a `data:` image, drawn as vectors so that it prints sharp."""
    return segno.make(url, error="m").svg_data_uri(scale=2, border=0, omitsize=False)
