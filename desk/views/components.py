"""The page that shows every component. Its samples are content, written in both languages here."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from programs.money import Parts
from work.clock import format_day, local
from work.forms import DayField, MoneyField, NumberField, VersionedForm
from work.money import format_money
from work.versions import Both, Meanwhile


def t(french: str, english: str) -> str:
    """The sample in the language that is on."""
    return french if (get_language() or "fr").startswith("fr") else english


class SampleForm(forms.Form):
    """One field of each kind; with errors, as a reader meets them."""

    prefix = "sample"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sizes = [
            ("s", t("Moins de 50 personnes", "Fewer than 50 people")),
            ("m", t("De 50 à 249 personnes", "50 to 249 people")),
            ("l", t("250 personnes ou plus", "250 people or more")),
        ]
        themes = [
            ("env", t("Environnement", "Environment")),
            ("num", t("Transformation numérique", "Digital transformation")),
            ("exp", t("Exportations", "Exports")),
        ]
        self.fields |= {
            "neq": forms.CharField(
                label=t("Numéro d’entreprise du Québec (NEQ)", "Québec enterprise number (NEQ)"),
                help_text=t(
                    "Les 10 chiffres du registre des entreprises.", "The 10 digits of the enterprise register."
                ),
                widget=forms.TextInput({"class": "input--short", "inputmode": "numeric"}),
            ),
            "email": forms.EmailField(label=t("Courriel", "E-mail address"), required=False),
            "story": forms.CharField(
                label=t("Décrivez le projet", "Describe the project"),
                help_text=t(
                    "Le problème, ce que vous ferez, ce qui changera.",
                    "The problem, what you will do, what will change.",
                ),
                widget=forms.Textarea({"rows": 5}),
                max_length=1500,
            ),
            "cost": MoneyField(label=t("Coût total du projet", "Total cost of the project")),
            "share": NumberField(label=t("Part de la main-d’œuvre", "Share of labour"), unit="%", required=False),
            "starts": DayField(label=t("Date de début", "Start date")),
            "place": forms.ChoiceField(
                label=t("Région", "Region"),
                choices=[("", t("Choisissez", "Choose")), ("06", "Montréal"), ("13", "Laval"), ("16", "Montérégie")],
            ),
            "people": forms.ChoiceField(
                label=t("Taille de l’entreprise", "Size of the company"), choices=sizes, widget=forms.RadioSelect
            ),
            "themes": forms.MultipleChoiceField(
                label=t("Thèmes du projet", "Themes of the project"),
                choices=themes,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            ),
            "quote": forms.FileField(
                label=t("Soumission du fournisseur", "Supplier’s quote"),
                help_text=t("PDF, 10 Mo au plus.", "PDF, 10 MB at most."),
                required=False,
            ),
            "attest": forms.BooleanField(
                label=t(
                    "J’atteste que ces renseignements sont exacts et complets.",
                    "I attest that this information is true and complete.",
                ),
                required=False,
            ),
        }


def money(x: str) -> str:
    return format_money(Decimal(x), get_language() or "fr")


def sample_table() -> dict[str, object]:
    """Three calls and their money, sorted by date."""
    names = t("Appel", "Call"), t("Clôture", "Closes"), t("Demandes", "Applications"), t("Demandé", "Requested")
    data = [
        ("Filière Excellence", date(2026, 11, 27), 34, "1284500.50"),
        (t("Virage numérique", "Going digital"), date(2026, 12, 11), 12, "402000"),
        (t("Relève et compétences", "People and skills"), date(2027, 1, 1), 7, "96250.75"),
    ]
    language = get_language() or "fr"
    cell = lambda text, k, number=False, **more: {"text": text, "label": names[k], "number": number, **more}  # noqa: E731
    return {
        "caption": t("Appels de projets ouverts", "Open calls"),
        "columns": [
            {"label": names[0], "sort_url": "?sort=name"},
            {"label": names[1], "sort_url": "?sort=-closes", "sorted": "ascending"},
            {"label": names[2], "number": True},
            {"label": names[3], "number": True},
        ],
        "rows": [
            {
                "cells": [
                    cell(name, 0, url="#table"),
                    cell(format_day(closes, language), 1),
                    cell(n, 2, True),
                    cell(money(asked), 3, True),
                ]
            }
            for name, closes, n, asked in data
        ],
        "total": [cell("Total", 0), cell("", 1), cell(53, 2, True), cell(money("1782751.25"), 3, True)],
    }


def sample_overtaken() -> VersionedForm:
    """A form that came after somebody else's save."""
    late = VersionedForm(prefix="late")
    stored, typed = t("Le projet vise un client.", "One customer."), t("Le projet vise deux clients.", "Two customers.")
    both = Both(t("Description du projet", "Project description"), stored, typed)
    late.meanwhile = Meanwhile(None, local(date(2026, 11, 3), 10), own=False, texts=[both])
    return late


def samples() -> dict[str, object]:
    """What each component of the page is shown with."""
    at = lambda d, h, m=0: local(date(2026, 11, d), h, m)  # noqa: E731
    return {
        "tags": [
            (t("Brouillon", "Draft"), ""),
            (t("Déposée", "Submitted"), "info"),
            (t("Correction demandée", "Change requested"), "wait"),
            (t("Approuvée", "Approved"), "good"),
            (t("Refusée", "Declined"), "bad"),
            (t("Sur la liste d’attente", "Waitlisted"), "other"),
        ],
        "tasks": [
            {
                "name": t("Votre organisation", "Your organisation"),
                "url": "#tasks",
                "status": t("Terminé", "Completed"),
                "kind": "done",
            },
            {
                "name": t("Le projet", "The project"),
                "url": "#tasks",
                "hint": t("Le problème, la solution, les retombées", "The problem, the solution, the benefits"),
                "status": t("En cours", "In progress"),
                "kind": "info",
            },
            {
                "name": t("Budget et montage financier", "Budget and financing"),
                "url": "#tasks",
                "status": t("À corriger", "To correct"),
                "kind": "wait",
            },
            {
                "name": t("Vérifier et déposer", "Check and submit"),
                "status": t("Pas encore possible", "Cannot start yet"),
                "kind": "",
            },
        ],
        "steps": [
            {
                "label": t("Déposée", "Submitted"),
                "state": "done",
                "note": format_day(date(2026, 11, 2), get_language() or "fr"),
            },
            {
                "label": t("Admissible", "Eligible"),
                "state": "done",
                "note": format_day(date(2026, 11, 9), get_language() or "fr"),
            },
            {
                "label": t("En évaluation", "In review"),
                "state": "now",
                "note": t("2 évaluations sur 3", "2 of 3 reviews"),
            },
            {"label": t("Décision", "Decision"), "state": "later", "note": t("d’ici le 18 décembre", "by December 18")},
        ],
        "entries": [
            {
                "what": t("Correction demandée", "Change requested"),
                "at": at(20, 14, 5),
                "who": "Mireille Gagnon",
                "note": t("Précisez le coût de la main-d’œuvre.", "Please detail the cost of labour."),
            },
            {"what": t("Demande déposée", "Application submitted"), "at": at(2, 9, 30), "who": "Camille Fortin"},
            {
                "what": t("Brouillon commencé", "Draft started"),
                "at": datetime(2026, 11, 1, 22, tzinfo=UTC),
                "who": "Camille Fortin",
            },
        ],
        "stats": [
            {"value": money("1284500.50"), "label": t("demandés", "requested"), "now": True},
            {"value": "34", "label": t("demandes déposées", "applications submitted")},
            {"value": "12", "label": t("jours pour décider (médiane)", "days to decide (median)")},
        ],
        "bar": {
            "caption": t("Enveloppe 2026-2027", "Envelope 2026–2027"),
            "total": Decimal("950000"),
            "parts": [
                {"kind": "paid", "label": t("Versé", "Paid"), "amount": Decimal("212500")},
                {
                    "kind": "committed",
                    "label": t("Engagé, non versé", "Committed, not paid"),
                    "amount": Decimal("361250.75"),
                },
                {"kind": "reserved", "label": t("Réservé", "Reserved"), "amount": Decimal("75000")},
                {"kind": "rest", "label": t("Disponible", "Available"), "amount": Decimal("301249.25")},
            ],
        },
        "rows": [
            {"label": t("Nom légal", "Legal name"), "value": "Usinage Rive-Nord inc.", "change_url": "#answers"},
            {
                "label": t("Thèmes", "Themes"),
                "list": [t("Environnement", "Environment"), t("Exportations", "Exports")],
                "change_url": "#answers",
            },
            {"label": t("Coût total", "Total cost"), "value": money("150000"), "change_url": "#answers"},
            {"label": t("Parrain", "Sponsor"), "value": "", "change_url": "#answers"},
        ],
        "tabs": [
            {"label": t("Aperçu", "Overview"), "url": "#tabs", "current": True},
            {"label": t("Réponses", "Answers"), "url": "#tabs"},
            {"label": "Documents", "url": "#tabs", "count": 3},
            {"label": t("Piste d’audit", "Trail"), "url": "#tabs"},
        ],
        "cast": [
            {
                "name": "Camille Fortin",
                "role": t("Personne autorisée à signer", "Authorised signatory"),
                "organisation": "Usinage Rive-Nord",
                "value": "1",
            },
            {
                "name": "Mireille Gagnon",
                "role": t("Responsable de programme", "Programme officer"),
                "organisation": "Aéro Montréal",
                "value": "2",
            },
            {
                "name": "Yann Tremblay",
                "role": t("Personne évaluatrice, industrie", "Reviewer, industry"),
                "organisation": "Nordair Systèmes",
                "value": "3",
            },
        ],
        "crumbs": [{"label": t("Programmes", "Programmes"), "url": "#"}, {"label": "Filière Excellence", "url": "#"}],
        "before": t(
            "Le projet réduira de 10 % le temps de montage.\nIl coûtera 140 000 $.",
            "The project will cut set-up time by 10%.\nIt will cost $140,000.",
        ),
        "after": t(
            "Le projet réduira de 18 % le temps de montage et de contrôle.\nIl coûtera 150 000 $.",
            "The project will cut set-up and inspection time by 18%.\nIt will cost $150,000.",
        ),
        "departure": t(
            "Le projet est au-dessus de la ligne, et il est refusé.",
            "The project is above the line, and it is declined.",
        ),
        "parts_of_aid": Parts(Decimal(75000), Decimal(15000)),
        "done": 28,
    }


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Every component, with sample data."""
    filled = {
        "sample-neq": "114",
        "sample-email": "camille.fortin@",
        "sample-story": t("Nous remplaçons le contrôle manuel.", "We replace manual inspection."),
        "sample-cost": t("cent mille", "a hundred thousand"),
        "sample-place": "06",
        "sample-themes": ["num"],
    }
    wrong = SampleForm(filled)
    wrong.is_valid()
    good = SampleForm(
        prefix="good", initial={"cost": Decimal("125000.5"), "share": Decimal("62.5"), "starts": date(2027, 1, 11)}
    )
    context = {"good": good, "wrong": wrong, "late": sample_overtaken(), "table": sample_table(), **samples()}
    return render(request, "desk/components.html", context)
