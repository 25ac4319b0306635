# ruff: noqa: E501 (sentences are kept whole)
"""What invented companies answer to Filière Excellence: complete, valid, believable. Data, and nothing that writes.

The story and the tests tell it through the public services. Costs of 200 000 $ reimburse 80 000 $ at 40 %; two levels
gained add a bonus of 10 000 $. So any amount from 10 000,01 $ to 90 000 $ may be asked in all, bonus included.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import TypedDict

from demo.others import ANSWERS, OTHERS, Other, Told
from work.money import cents, split

PER_LEVEL = Decimal("5000.00")
SHARES = {"consultants": 45, "salaries": 30, "training": 15, "software": 10}  # percent of the costs

ELIGIBILITY: dict[str, object] = {
    "place_in_quebec": True,
    "staff": 12,
    "aerospace_revenue": "80",
    "has_sponsor": True,
    "project_costs": "200000.00",
    "on_rena": False,
    "under_protection": False,
    "in_default": False,
    "state_controlled": False,
}
ATTESTATIONS = (
    "attest_rena", "attest_oqlf", "attest_solvency", "attest_control", "attest_accuracy", "attest_sharing",
    "aerospace_declaration",
)  # fmt: skip


class Own(Told):
    """What one company answers: its own words, and what an answer repeats of what it registered."""

    employees: int
    naics: str
    sponsor_language: str


class Words(TypedDict):
    """What all companies of one language answer alike; the rows of a table as tuples."""

    maturity_findings: str
    method: str
    benefits: str
    environment_inclusion: str
    budget_notes: str
    consultants: str
    goals: list[tuple[str, str, str, str, str]]
    milestones: list[tuple[str, str, int, int]]  # title, deliverable, first and last month
    team: list[tuple[str, str, str, str]]
    budget: dict[str, str]
    own: str


# What differs from one company to the next; every text is the applicant's own.
COMPANIES: dict[str, Own] = {
    "usinage": {
        "employees": 12,
        "revenue": "3150000.00",
        "naics": "336410",
        "founded": 1987,
        "sponsor_language": "fr",
        "project_title": "Livrer à temps : planifier la capacité des cellules d’usinage",
        "project_summary": (
            "Nos livraisons à temps plafonnent à 82 %, parce que la capacité de nos cellules est planifiée de mémoire. "
            "Nous voulons planifier la demande et la capacité sur un même plan, réduire de moitié les temps de mise en "
            "route et former chaque opérateur à deux cellules. Notre client recevra ses pièces de train d’atterrissage "
            "à la date promise et verra notre charge trois mois d’avance."
        ),
        "activities": (
            "Nous usinons des pièces de précision en aluminium et en titane pour les trains d’atterrissage et les "
            "commandes de vol. Douze personnes travaillent dans deux cellules à cinq axes. Nos clients sont trois "
            "fournisseurs de premier rang établis au Québec. L’entreprise est certifiée AS9100 depuis 2014."
        ),
        "goals_link": (
            "Notre client mesure chaque mois la part des lots reçus à la date promise. Un lot en retard arrête sa chaîne "
            "d’assemblage pendant deux jours en moyenne. Passer de 82 % à 95 % lui évite huit arrêts par année; il s’est "
            "engagé à suivre l’indicateur avec nous à chaque trimestre."
        ),
    },
    "precision": {
        "employees": 48,
        "revenue": "9400000.00",
        "naics": "332710",
        "founded": 1994,
        "sponsor_language": "fr",
        "project_title": "Qualité au poste : détecter un défaut là où il naît",
        "project_summary": (
            "Un défaut sur cinq est découvert chez notre client. Nous voulons contrôler au poste, mesurer la capabilité "
            "des procédés et préparer la relève de nos contrôleurs. Le taux de rebut passera de 4,1 % à 1,5 % et notre "
            "client n’aura plus à reprendre nos lots à la réception."
        ),
        "activities": (
            "Nous fabriquons des sous-ensembles mécaniques pour les nacelles et les aérostructures. Quarante-huit "
            "personnes travaillent à Mirabel, sur deux quarts. Près des trois quarts de nos revenus viennent de "
            "l’aérospatiale; le reste vient du transport sur rail."
        ),
        "goals_link": (
            "Notre client classe ses fournisseurs selon les défauts trouvés à la réception. Nous sommes au troisième "
            "quartile. Le contrôle au poste nous mène au premier, condition pour obtenir l’assemblage complet des "
            "nacelles qu’il souhaite confier à un fournisseur du Québec."
        ),
    },
    "northwind": {
        "employees": 130,
        "revenue": "31200000.00",
        "naics": "336410",
        "founded": 2003,
        "sponsor_language": "en",
        "project_title": "One plan from order to delivery for composite panels",
        "project_summary": (
            "Sales, engineering and the shop each keep their own plan. We want one plan from the order to the delivery, "
            "engineering changes that reach the shop the same day, and a second person trained for each critical "
            "operation. Our customer will see its order's true date at any moment, and lead time falls from 16 to 11 weeks."
        ),
        "activities": (
            "We make composite panels and fairings for business aircraft. We are 130 people in Montréal, certified "
            "AS9100 and Nadcap. Our customers are two primes and one tier 1."
        ),
        "goals_link": (
            "Our customer builds to a twelve-week window. At sixteen weeks our panels are ordered on forecast, and a "
            "third of them change before they are delivered. At eleven weeks they are ordered firm."
        ),
    },
}

_TEXTS: dict[str, Words] = {
    "fr": {
        "maturity_findings": (
            "Nos forces sont la qualité et le savoir-faire des personnes. Nos faiblesses sont la planification de la "
            "capacité, faite au cas par cas, et la relève : trois personnes sur douze partiront d’ici cinq ans. "
            "L’évaluation a été faite en deux jours avec la direction, la production et un représentant du client."
        ),
        "method": (
            "Le projet suit trois étapes : mesurer, changer une cellule pilote, étendre. Chaque étape se termine par une "
            "revue avec le client. Le risque principal est la disponibilité des opérateurs; la formation se fait donc "
            "par demi-journées, et un opérateur de la relève est engagé dès le premier mois. Si un jalon glisse de plus "
            "de quatre semaines, la direction réduit le nombre de cellules traitées plutôt que la formation."
        ),
        "benefits": (
            "Trois emplois sont créés et douze sont maintenus. La valeur ajoutée par personne augmente de 14 %. Le "
            "client confie au Québec un lot de pièces fabriqué aujourd’hui à l’étranger, soit 1,2 million de dollars par "
            "année, et deux fournisseurs de traitement de surface de la région en profitent."
        ),
        "environment_inclusion": (
            "Les rebuts d’aluminium et de titane baissent de moitié, ce qui évite 18 tonnes de CO₂ par année. Deux "
            "postes sont adaptés pour des personnes à mobilité réduite, et la formation est donnée en français avec un "
            "accompagnement pour les personnes immigrantes."
        ),
        "budget_notes": (
            "Les honoraires viennent de deux soumissions jointes. Les salaires sont ceux de quatre personnes, au taux "
            "horaire réel, pour la part du temps indiquée. La formation et les licences sont au prix du fournisseur."
        ),
        "consultants": "Atelier Lean Québec, choisi parmi trois firmes pour son expérience des petites cellules d’usinage.",
        "goals": [
            ("Livraison à temps", "%", "82", "95", "Lots reçus à la date promise, mesurés par le client"),
            ("Temps de mise en route", "minutes", "48", "24", "Moyenne des mises en route du mois"),
            ("Personnes formées à deux cellules", "personnes", "3", "9", "Grille de polyvalence signée"),
        ],
        "milestones": [
            ("Mesure et plan de capacité", "Plan de capacité approuvé par la direction et le client", 0, 4),
            ("Cellule pilote", "Cellule pilote réorganisée et mesurée pendant huit semaines", 4, 10),
            ("Extension et relève", "Deux cellules réorganisées, neuf personnes formées", 10, 16),
        ],
        "team": [
            ("Directrice des opérations", "Mène le projet", "Quinze ans en production aéronautique", "30"),
            ("Chef d’équipe, usinage", "Réorganise les cellules", "A mené la certification AS9100", "50"),
        ],
        "budget": {
            "consultants": "Accompagnement en planification et en mise en route rapide",
            "salaries": "Quatre personnes de l’équipe du projet",
            "training": "Formation à la polyvalence",
            "software": "Licences de planification de la capacité, première année",
        },
        "own": "Fonds de l’entreprise",
    },
    "en": {
        "maturity_findings": (
            "Our strengths are quality and the know-how of our people. Our weaknesses are planning, done in three places, "
            "and succession. The assessment took two days with management, engineering, the shop and the customer."
        ),
        "method": (
            "We measure, change one product line, then extend. Each stage ends with a review with the customer. The main "
            "risk is the load of the planners; a fourth one is hired in the first month. If a milestone slips by more "
            "than four weeks, management removes a product line rather than the training."
        ),
        "benefits": (
            "Three jobs are created and forty kept. Value added per person grows by 12%. Work now done abroad comes back, "
            "worth 2.4 million dollars a year, and two Québec suppliers of tooling benefit from it."
        ),
        "environment_inclusion": (
            "Scrapped prepreg falls by a third, which avoids 40 tonnes of CO₂ a year. Training is given in French and in "
            "English, and two stations are adapted for people with reduced mobility."
        ),
        "budget_notes": "Fees come from two attached quotes. Salaries are at the true hourly rate of the people named.",
        "consultants": "Atelier Lean Québec, chosen among three firms for its experience of composite shops.",
        "goals": [
            ("Lead time", "weeks", "16", "11", "From firm order to delivery, monthly mean"),
            ("On-time delivery", "%", "84", "96", "Measured by the customer"),
            ("Operations with two trained people", "operations", "12", "30", "Signed skills matrix"),
        ],
        "milestones": [
            ("One plan", "One plan approved by management and the customer", 0, 4),
            ("Pilot line", "Pilot line run on the plan for eight weeks", 4, 10),
            ("Extension", "Every line on the plan, thirty operations doubled", 10, 16),
        ],
        "team": [
            ("Director, Operations", "Leads the project", "Twenty years in composites", "30"),
            ("Planning manager", "Builds the one plan", "Led the move to Nadcap", "50"),
        ],
        "budget": {
            "consultants": "Planning and line balancing",
            "salaries": "Four people of the project team",
            "training": "Cross-training",
            "software": "Planning licences, first year",
        },
        "own": "The company's own funds",
    },
}

AXES = {
    "leadership": ("strategy", "governance", "customers", "innovation", "sustainability"),
    "operations": ("planning", "projects", "engineering", "purchasing", "production", "quality", "delivery"),
    "workforce": ("workforce_planning", "hiring", "skills", "engagement"),
}
SPONSOR = {"name": "Aéronefs Boréal inc.", "contact": "Hélène Savard", "email": "helene.savard@boreal.example"}
IMPROVEMENT = {
    "fr": "Nous attendons que 95 % des lots soient livrés à la date promise, contre 82 % aujourd’hui.",
    "en": "We expect lead time to fall from sixteen to eleven weeks, with a true date at any moment.",
}


def eligibility(company: str, *, costs: Decimal = Decimal("200000.00")) -> dict[str, object]:
    """The answers to the two-minute check."""
    staff = COMPANIES[company]["employees"]
    said = ELIGIBILITY | {"staff": staff, "project_costs": str(cents(costs))}
    return said | ({"oqlf_in_good_standing": True} if staff >= 25 else {})


def answers(
    company: str,
    *,
    on: date,
    requested: Decimal = Decimal("75000.00"),
    costs: Decimal = Decimal("200000.00"),
    levels: int = 2,
) -> dict[str, object]:
    """Every answer of the form but documents and attestations. `requested`: in all, bonus of `levels` included.

    `on` is the day it is written: the project starts a month later.
    """
    own = COMPANIES[company]
    words = _TEXTS["en" if company == "northwind" else "fr"]
    starts = on + timedelta(days=30)
    asked = cents(requested) - PER_LEVEL * levels
    return {
        "employees": own["employees"],
        "employees_quebec": own["employees"],
        "founded": own["founded"],
        "revenue": own["revenue"],
        "aerospace_share": "80",
        "naics": own["naics"],
        "activities": own["activities"],
        "certifications": ["as9100"],
        "project_title": own["project_title"],
        "project_summary": own["project_summary"],
        "project_period": {"from": starts.isoformat(), "to": (starts + timedelta(days=490)).isoformat()},
        "maturity_grid": _grid(levels),
        "maturity_findings": words["maturity_findings"],
        "goals_table": [
            {"indicator": name, "unit": unit, "baseline": before, "target": after, "method": method}
            for name, unit, before, after, method in words["goals"]
        ],
        "goals_link": own["goals_link"],
        "milestones": [
            {
                "title": title,
                "deliverable": deliverable,
                "from": (starts + timedelta(days=30 * first)).isoformat(),
                "until": (starts + timedelta(days=30 * last)).isoformat(),
            }
            for title, deliverable, first, last in words["milestones"]
        ],
        "method": words["method"],
        "team": [
            {"name": name, "role": role, "experience": experience, "share_of_time": share}
            for name, role, experience, share in words["team"]
        ],
        "consultants_chosen": True,
        "consultants": words["consultants"],
        "benefits": words["benefits"],
        "jobs_created": 3,
        "jobs_kept": own["employees"],
        "environment_inclusion": words["environment_inclusion"],
        "budget_table": [
            {"category": category, "description": words["budget"][category], "amount": str(amount), "kind": "cash"}
            for category, amount in zip(SHARES, split(cents(costs), list(SHARES.values())), strict=True)
        ],
        "amount_requested": str(asked),
        "budget_notes": words["budget_notes"],
        "financing_table": [
            {"kind": "own", "source": words["own"], "amount": str(cents(costs) - asked), "confirmed": True}
        ],
        "other_aid_pending": False,
        "sponsor_name": SPONSOR["name"],
        "sponsor_rank": "prime",
        "sponsor_contact": SPONSOR["contact"],
        "sponsor_email": SPONSOR["email"],
        "sponsor_share": "40",
        **({"oqlf_standing": "certified"} if own["employees"] >= 25 else {}),
    }


def documents(company: str) -> dict[str, str]:
    """The documents to join: question → name of the file."""
    named = {"sponsor_letter": "Lettre du donneur d’ordres.pdf", "quotes": "Soumissions.pdf"}
    if COMPANIES[company]["employees"] >= 25:
        named["oqlf_proof"] = "Certificat de francisation.pdf"
    return named


def _grid(levels: int) -> dict[str, dict[str, int]]:
    """A grid whose first `levels` axes gain a whole level each; the others stay."""
    return {
        process: {"before": 2, "after": 3 if place < levels else 2}
        for place, processes in enumerate(AXES.values())
        for process in processes
    }


def _own(other: Other) -> Own:
    """What one of the others answers, with what an answer repeats of what it registered."""
    facts = other["organisation"]
    return {
        **other["answers"],
        "sponsor_language": ANSWERS["sponsor_language"],
        "employees": facts["employees"],
        "naics": facts["naics"],
    }


COMPANIES |= {key: _own(other) for key, other in OTHERS.items()}
