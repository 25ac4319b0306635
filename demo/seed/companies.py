"""Invented companies: names, numbers that check, addresses, and the titles of their projects."""

import random
from dataclasses import dataclass

from stdnum import luhn

from demo.cast import Named

KINDS = (
    "Usinage", "Composites", "Soudage", "Outillage", "Précision", "Moulage", "Électronique", "Câblage", "Peinture",
    "Traitement thermique", "Hydraulique", "Tôlerie", "Fonderie", "Mécanique", "Robotique", "Essais", "Placage",
    "Tuyauterie", "Assemblage", "Fixations",
)  # fmt: skip
NAMES = (
    "Abitibi", "Alouette", "Bagot", "Batiscan", "Beaumont", "Bellechasse", "Boisclair", "Bourassa", "Brome",
    "Carignan", "Champlain", "Charlevoix", "Chicot", "Coaticook", "Cormier", "Cyr", "Desrosiers", "Drolet",
    "Etchemin", "Falardeau", "Forest", "Gaspé", "Girouard", "Grenier", "Hudson", "Iberville", "Jalbert",
    "Kamouraska", "Labelle", "Lacolle", "Lanctôt", "Lévesque", "Longueuil", "Lorette", "Marieville", "Mercier",
    "Mistassini", "Nicolet", "Orford", "Papineau", "Pelletier", "Picard", "Portneuf", "Rigaud", "Rimouski",
    "Rouville", "Saguenay", "Savoie", "Sutton", "Témiscouata", "Terrebonne", "Tessier", "Trudel", "Vachon", "Valin",
    "Varennes", "Verchères", "Villeray", "Wendake", "Yamaska",
)  # fmt: skip
FORMS = ("inc.", "ltée", "et fils inc.", "aéro inc.", "international inc.", "SENC")
PLACES = (
    ("Saint-Laurent", "H4M 2M9", "06"), ("Mirabel", "J7J 1B5", "15"), ("Longueuil", "J4G 1A1", "16"),
    ("Québec", "G1P 3X2", "03"), ("Trois-Rivières", "G9A 5H7", "04"), ("Sherbrooke", "J1L 2C8", "05"),
    ("Gatineau", "J8R 3Y5", "07"), ("Saguenay", "G7H 5B1", "02"), ("Lévis", "G6V 6M9", "12"),
    ("Laval", "H7L 4S3", "13"),
)  # fmt: skip
ACTS = (
    "Planifier",
    "Réduire",
    "Mesurer",
    "Automatiser",
    "Documenter",
    "Fiabiliser",
    "Raccourcir",
    "Partager",
    "Former",
    "Revoir",
)
THINGS = (
    "les temps de mise en route", "la capacité des cellules", "les rebuts de titane", "la relève des opérateurs",
    "les retards de livraison", "le contrôle de la qualité au poste", "les changements d’ingénierie",
    "les stocks en cours",
    "la maintenance des centres d’usinage", "les approvisionnements en aluminium", "le suivi des bains",
    "la polyvalence des équipes", "les reprises de peinture", "l’assemblage des nacelles", "les essais de harnais",
)  # fmt: skip
ENDS = (
    "de l’atelier",
    "avec le client",
    "d’ici un an",
    "sur deux quarts",
    "de bout en bout",
    "en petite série",
    "au premier passage",
)
FAMILIES = (
    "Arsenault",
    "Bédard",
    "Caron",
    "Dion",
    "Émond",
    "Fontaine",
    "Goulet",
    "Houle",
    "Jobin",
    "Leduc",
    "Morin",
    "Ouimet",
)
GIVEN = ("Alice", "Bruno", "Claire", "Denis", "Élise", "Félix", "Gisèle", "Hugo", "Inès", "Jérôme", "Karine", "Luc")
FIRST = 1_190_000_000  # the enterprise numbers of invented companies follow this one


class Facts(Named):
    """What an invented company registers; it has no site."""

    province: str
    ownership: str
    language: str


@dataclass(slots=True)
class Company:
    """An organisation and the person who signs for it, by their keys, with what its files repeat of it."""

    pk: int
    signatory: int
    signed: str
    facts: Facts
    sector: str


def facts_of(rng: random.Random, ordinal: int) -> Facts:
    """What the `ordinal`-th company registers. Its numbers are well formed and nobody's."""
    city, postal_code, region = rng.choice(PLACES)
    body = f"7{ordinal:07d}"
    return {
        "legal_name": f"{rng.choice(KINDS)} {rng.choice(NAMES)} {rng.choice(FORMS)}",
        "neq": str(FIRST + ordinal),
        "business_number": body + luhn.calc_check_digit(body),
        "street": f"{rng.randint(1, 9999)}, rue de l’Industrie",
        "city": city,
        "province": "QC",
        "postal_code": postal_code,
        "region": region,
        "employees": rng.randint(10, 250),
        "naics": rng.choice(("336410", "336410", "332710", "332810", "334410", "335920")),
        "ownership": "private",
        "language": "fr",
    }


def title_of(rng: random.Random) -> str:
    return f"{rng.choice(ACTS)} {rng.choice(THINGS)} {rng.choice(ENDS)}"
