"""The sheet that a letter is written on: which languages, which words.

The same subject always gives the same HTML: nothing here asks the clock but through the subject's own instants.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from documents.sheets import Letterhead, sheet
from funding.models import LanguageRegime
from letters import fields
from letters.models import LetterTemplate
from letters.subjects import Subject, day_text, signatory_of
from work.money import NBSP, format_money

LANGUAGE_NAMES = {"fr": _("French"), "en": _("English")}


def texts_of(template: LetterTemplate, language: str) -> tuple[str, str]:
    """A template's subject line and its body, in one language."""
    return getattr(template, f"subject_{language}"), getattr(template, f"body_{language}")


@dataclass(frozen=True)
class Lack:
    """A field that a letter uses and that would be empty, in one of its languages."""

    language: str
    key: str

    @property
    def words(self) -> str:
        """As a person reads it: « Motifs (français) »."""
        field = fields.known().get(self.key)
        name = field.name if field else _("the text of the letter")
        return f"{name} ({LANGUAGE_NAMES[self.language]})"


@dataclass(frozen=True)
class NoTemplate:
    """The programme has no letter of the kind."""

    @property
    def words(self) -> str:
        return str(_("the programme has no letter of this kind"))


def empty_fields(subject: Subject) -> list[Lack | NoTemplate]:
    """What keeps the letter from being whole: fields that it uses and that would be empty, or its template."""
    if subject.template is None:
        return [NoTemplate()]
    empty: list[Lack | NoTemplate] = []
    for language in subject.languages:
        line, body = texts_of(subject.template, language)
        used = fields.fields_in(line) + fields.fields_in(body)
        holes = [key for key, value in fields.values_of(subject, fields.fields_in(line), language).items() if not value]
        lacking = fields.lacking(subject, used, language)
        empty += [Lack(language, key) for key in dict.fromkeys([*lacking, *holes])]  # a subject line leaves nothing out
        if not body.strip():
            empty.append(Lack(language, "body"))
    return empty


def subject_line(subject: Subject, language: str) -> str:
    """The letter's subject line, filled. ValueError without a template."""
    line, _body = texts_of(_template(subject), language)
    return fields.fill(line, fields.values_of(subject, fields.fields_in(line), language))


def html_of(subject: Subject, *, code: str) -> SafeString:
    """The whole letter as one sheet of HTML, in every language of its regime, with its verification code."""
    sections = [(language, section_of(subject, language, code=code)) for language in subject.languages]
    return sheet(sections, letterhead=letterhead_of(subject.application, subject.languages[0]))


def preview(subject: Subject, language: str) -> SafeString:
    """One language of the letter as it would leave now, without its code. ValueError without a template."""
    sections = [(language, section_of(subject, language))]
    return sheet(sections, letterhead=letterhead_of(subject.application, language))


def _template(subject: Subject) -> LetterTemplate:
    if subject.template is None:
        raise ValueError("the programme has no letter of this kind")
    return subject.template


def letterhead_of(application: Application, language: str) -> Letterhead:
    """The cluster's name and address, and the file's reference at the foot."""
    cluster = application.call.program.cluster
    with translation.override(language):
        lines = [line for line in (cluster.address or "").splitlines() if line.strip()]
        lines += [text for text in (cluster.phone, cluster.email) if text]
        reference = application.reference or ""
        return Letterhead(name=cluster.name, lines=tuple(lines), running=f"{cluster.name} · {reference}")


def section_of(subject: Subject, language: str, *, code: str = "") -> SafeString:
    """One language of the letter: the template's paragraphs with their fields, under the address and over the code."""
    heading, body = texts_of(_template(subject), language)
    values = fields.values_of(subject, fields.fields_in(heading) + fields.fields_in(body), language)
    application, signer = subject.application, subject.signer
    with translation.override(language):
        context = {
            "recipient": address_of(application, signatory_of(application)),
            "date": day_text(subject.dated, language),
            "reference": application.reference,
            "subject": fields.fill(heading, values),
            "paragraphs": paragraphs(body, values),
            "courtesy": subject.regime == LanguageRegime.FR_PREVAILS and language == "en",
            "signatory": signer.name,
            "signatory_lines": [line for line in (signer.title(language), subject.program.cluster.name) if line],
            "amount": format_money(subject.amount, language) if subject.amount else "",
        }
        if code:
            url = settings.BASE_URL.rstrip("/") + reverse("decision-verify-code", args=[code])
            page = settings.BASE_URL.rstrip("/") + reverse("decision-verify")
            shown = page.split("://", 1)[-1]
            context |= {"verify_code": code, "verify_url": url, "verify_address": shown, "verify_qr": qr(url)}
        return render_to_string("letters/section.html", context)


def address_of(application: Application, person: str) -> list[str]:
    """The lines of the recipient's address. A postal code keeps its two spaces from the province."""
    organisation = application.organisation
    town = f"{organisation.city} ({organisation.province}){NBSP}{NBSP}{organisation.postal_code.replace(' ', NBSP)}"
    lines = [person, application.organisation_name or organisation.legal_name, organisation.street, town]
    return [line for line in lines if line.strip()]


def paragraphs(body: str, values: Mapping[str, str]) -> list[SafeString]:
    """Paragraphs of a template as safe HTML: block fields as they are, headings from `## `, lists from `- `.

    Everything else is escaped text. What is said of an optional field that is empty is left out, and so is a heading
    under which nothing is left.
    """
    known = fields.known()
    shown: list[tuple[bool, SafeString]] = []
    for part in filter(None, (fields.without_empty(part, values) for part in re.split(r"\n\s*\n", body.strip()))):
        names = fields.fields_in(part)
        if len(names) == 1 and known[names[0]].block:
            if values[names[0]]:
                shown.append((False, conditional_escape(values[names[0]])))
        elif part.startswith("## "):
            shown.append((True, format_html("<h2>{}</h2>", fields.fill(part[3:].strip(), values))))
        elif all(line.startswith("- ") for line in part.splitlines()):
            items = [(fields.fill(line[2:], values),) for line in part.splitlines()]
            shown.append((False, format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items))))
        else:
            text = escape(fields.fill(part, values)).replace("\n", "<br>")
            shown.append((False, mark_safe(f"<p>{text}</p>")))  # noqa: S308 (escaped above)
    last = [heading for heading, _html in shown[1:]] + [True]  # is a heading, or nothing, what follows?
    return [html for (heading, html), alone in zip(shown, last, strict=True) if not (heading and alone)]


def qr(url: str) -> str:
    """A QR code as a `data:` image, drawn as vectors so that it prints sharp."""
    return segno.make(url, error="m").svg_data_uri(scale=2, border=0, omitsize=False)
