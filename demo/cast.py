"""The named cast of the demonstration, of the tests and of the journeys. Invented people at invented addresses.

`ROLE` sentences stand on the sign-in page of the demonstration, in both languages.
"""

from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True)
class Person:
    """One of the cast. `key` names them in tests; `place` is the organisation shown beside them."""

    key: str
    given_name: str
    family_name: str
    email: str
    role_fr: str
    role_en: str
    place: str
    language: str = "fr"
    title_fr: str = ""
    title_en: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def role(self, language: str) -> str:
        return self.role_en if language.startswith("en") else self.role_fr


CLUSTER = "Grappe Aérofil"
MINISTRY = "MEIE"
PRIME = "Aéronefs Boréal inc."
TIER_1 = "Moteurs Rivière-Rouge inc."
RIVAL = "Composites Saint-Maurice inc."
USINAGE = "Usinage Gauthier inc."
PRECISION = "Précision Laurentides inc."
NORTHWIND = "Northwind Aerostructures Inc."

CAST = (
    Person("officer", "Maude", "Bélanger", "maude.belanger@aerofil.example",
           "responsable de programme", "programme officer", CLUSTER,
           title_fr="Responsable de programme", title_en="Programme officer"),
    Person("screener", "Étienne", "Roy", "etienne.roy@aerofil.example",
           "analyse l’admissibilité", "screens for eligibility", CLUSTER),
    Person("ana", "Ana", "Tremblay", "ana.tremblay@aerofil.example",
           "évaluatrice de la grappe", "reviewer of the cluster", CLUSTER),
    Person("ben", "Ben", "Gagnon", "ben.gagnon@aerofil.example",
           "évaluateur de la grappe", "reviewer of the cluster", CLUSTER),
    Person("chloe", "Chloé", "Martin", "chloe.martin@riviere-rouge.example",
           "évaluatrice de l’industrie", "reviewer from industry", TIER_1),
    Person("dev", "Dev", "Patel", "dev.patel@saint-maurice.example",
           "évaluateur de l’industrie, en conflit d’intérêts",
           "reviewer from industry, with a conflict of interest", RIVAL),
    Person("chair", "Louise", "Fortin", "louise.fortin@aerofil.example",
           "présidence du comité d’évaluation", "chair of the committee", CLUSTER),
    Person("endorser", "Karim", "Haddad", "karim.haddad@aerofil.example",
           "donne un avis favorable", "endorses decisions", CLUSTER,
           title_fr="Directeur des programmes", title_en="Director, Programmes"),
    Person("approver", "Sylvie", "Nguyen", "sylvie.nguyen@aerofil.example",
           "approuve jusqu’à 250 000 $", "approves up to $250,000", CLUSTER,
           title_fr="Présidente-directrice générale", title_en="President and Chief Executive Officer"),
    Person("reconsiderer", "Thérèse", "Boivin", "therese.boivin@aerofil.example",
           "donne son avis sur les demandes de réexamen", "gives an opinion on reconsiderations", CLUSTER,
           title_fr="Responsable du réexamen", title_en="Reconsideration officer"),
    Person("analyst", "Paul", "Lavoie", "paul.lavoie@meie.example",
           "analyste du ministère", "analyst of the ministry", MINISTRY),
    Person("concurrence", "Geneviève", "Côté", "genevieve.cote@meie.example",
           "donne l’accord préalable du ministère", "gives the ministry’s concurrence", MINISTRY),
    Person("auditor", "Marc", "Ouellet", "marc.ouellet@audit.example",
           "vérificateur : lit tout, ne change rien", "auditor: reads everything, changes nothing", CLUSTER),
    Person("administrator", "Julie", "Simard", "julie.simard@aerofil.example",
           "administratrice : personnes et rôles", "administrator: people and roles", CLUSTER),
    Person("finance", "Nadia", "Benali", "nadia.benali@aerofil.example",
           "responsable des finances", "finance officer", CLUSTER),
    Person("sophie", "Sophie", "Gauthier", "sophie.gauthier@gauthier.example",
           "personne autorisée à signer", "authorised signatory", USINAGE,
           title_fr="Présidente", title_en="President"),
    Person("olivier", "Olivier", "Dubé", "olivier.dube@gauthier.example",
           "membre de l’organisation demandeuse", "member of the applicant", USINAGE),
    Person("michel", "Michel", "Lapointe", "michel.lapointe@precision-laurentides.example",
           "personne autorisée à signer", "authorised signatory", PRECISION),
    Person("emily", "Emily", "Clark", "emily.clark@northwind.example",
           "personne autorisée à signer, en anglais", "authorised signatory, in English", NORTHWIND, language="en"),
    Person("sponsor", "Hélène", "Savard", "helene.savard@boreal.example",
           "donneur d’ordres parrain", "sponsor of suppliers", PRIME),
)  # fmt: skip

BY_KEY = {person.key: person for person in CAST}
BY_EMAIL = {person.email: person for person in CAST}


class Named(TypedDict):
    """What a company says of itself when it registers, and no other says."""

    legal_name: str
    neq: str
    business_number: str
    street: str
    city: str
    postal_code: str
    region: str
    employees: int
    naics: str


class Common(TypedDict):
    """What it says besides, and many say alike."""

    province: str
    ownership: str
    language: str
    website: str


class Registration(Named, Common):
    """All that a company registers."""


class Company(Registration):
    """And who it comes with: `signatory` and `members` are keys of the cast."""

    signatory: str
    members: tuple[str, ...]


# What each company says of itself when it registers, and by whom.
COMPANIES: dict[str, Company] = {
    "usinage": {
        "signatory": "sophie",
        "members": ("olivier",),
        "legal_name": USINAGE,
        "neq": "1164879526",
        "business_number": "812345676",
        "street": "1250, rue de l’Industrie",
        "city": "Saint-Jérôme",
        "province": "QC",
        "postal_code": "J7Y 4B2",
        "region": "15",
        "employees": 12,
        "naics": "336410",
        "ownership": "private",
        "language": "fr",
        "website": "https://gauthier.example",
    },
    "precision": {
        "signatory": "michel",
        "members": (),
        "legal_name": PRECISION,
        "neq": "1171234567",
        "business_number": "823456785",
        "street": "45, boulevard des Laurentides",
        "city": "Mirabel",
        "province": "QC",
        "postal_code": "J7J 1B5",
        "region": "15",
        "employees": 48,
        "naics": "332710",
        "ownership": "private",
        "language": "fr",
        "website": "",
    },
    "northwind": {
        "signatory": "emily",
        "members": (),
        "legal_name": NORTHWIND,
        "neq": "1168421379",
        "business_number": "834567893",
        "street": "800 Marcel-Laurin Boulevard",
        "city": "Montréal",
        "province": "QC",
        "postal_code": "H4M 2M9",
        "region": "06",
        "employees": 130,
        "naics": "336410",
        "ownership": "private",
        "language": "en",
        "website": "https://northwind.example",
    },
    "prime": {
        "signatory": "sponsor",
        "members": (),
        "legal_name": PRIME,
        "neq": "1149876543",
        "business_number": "845678903",
        "street": "1, place de l’Envol",
        "city": "Dorval",
        "province": "QC",
        "postal_code": "H9P 1A2",
        "region": "06",
        "employees": 4200,
        "naics": "336410",
        "ownership": "private",
        "language": "fr",
        "website": "https://boreal.example",
    },
}
