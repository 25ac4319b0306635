# ruff: noqa: E501 (sentences are kept whole)
"""The other companies of the story: who signs for them, what they register, and what they answer. Invented, every one."""

from typing import TypedDict

from demo.cast import Common, Named


class Told(TypedDict):
    """What one of them answers of its own."""

    revenue: str
    founded: int
    project_title: str
    project_summary: str
    activities: str
    goals_link: str


class Other(TypedDict):
    """One of them. `person`: the given name, the family name and the address of who signs."""

    person: tuple[str, str, str]
    organisation: Named
    answers: Told


OTHERS: dict[str, Other] = {
    "richelieu": {
        "person": ("Lucie", "Paquette", "lucie.paquette@atelier-richelieu.example"),
        "organisation": {
            "legal_name": "Atelier Richelieu inc.", "neq": "1165432198", "business_number": "856789011",
            "street": "210, chemin des Patriotes", "city": "Sorel-Tracy", "postal_code": "J3P 5N3", "region": "16",
            "employees": 34, "naics": "332710",
        },
        "answers": {
            "revenue": "5200000.00", "founded": 1998,
            "project_title": "Un atelier sans papier",
            "project_summary": "Remplacer les dossiers de fabrication en papier par des tablettes au poste, pour que chaque opérateur travaille avec le dernier plan. L’entreprise veut ainsi réduire les erreurs de version et le temps de recherche.",
            "activities": "Nous usinons des pièces d’aluminium de petite série. Trente-quatre personnes travaillent à Sorel-Tracy, sur un quart et demi. Les deux tiers de nos revenus viennent de l’aérospatiale.",
            "goals_link": "Notre client nous retourne chaque mois deux lots faits sur un plan périmé. Il souhaite que chaque lot porte la révision du plan qui a servi à le faire.",
        },
    },
    "becancour": {
        "person": ("Yves", "Provencher", "yves.provencher@ts-becancour.example"),
        "organisation": {
            "legal_name": "Traitement de surface Bécancour inc.", "neq": "1166543219", "business_number": "867890121",
            "street": "3, rue de l’Anode", "city": "Bécancour", "postal_code": "G9H 2L9", "region": "17",
            "employees": 41, "naics": "332810",
        },
        "answers": {
            "revenue": "6800000.00", "founded": 2001,
            "project_title": "Une ligne d’anodisation mieux suivie",
            "project_summary": "Suivre en continu la composition des bains d’anodisation et former deux personnes à leur conduite, pour réduire les reprises et la consommation d’eau.",
            "activities": "Nous anodisons et peignons des pièces d’aluminium pour des fournisseurs de premier rang. Quarante et une personnes travaillent à Bécancour.",
            "goals_link": "Notre client attend que la part des pièces reprises passe sous 2 %. Le suivi des bains en est la condition.",
        },
    },
    "vaudreuil": {
        "person": ("Amélie", "Sauvé", "amelie.sauve@electronique-vaudreuil.example"),
        "organisation": {
            "legal_name": "Électronique Vaudreuil inc.", "neq": "1167654321", "business_number": "878901230",
            "street": "75, avenue de l’Aviation", "city": "Vaudreuil-Dorion", "postal_code": "J7V 5V5", "region": "16",
            "employees": 62, "naics": "334410",
        },
        "answers": {
            "revenue": "14100000.00", "founded": 1991,
            "project_title": "Assembler juste du premier coup",
            "project_summary": "Réorganiser l’assemblage des cartes et des harnais en cellules, former les équipes à la résolution de problèmes et mesurer la qualité du premier passage, qui passera de 88 % à 96 %.",
            "activities": "Nous assemblons des cartes électroniques et des harnais pour l’avionique. Soixante-deux personnes travaillent à Vaudreuil-Dorion; l’entreprise est certifiée AS9100.",
            "goals_link": "Notre client perd trois jours à chaque carte refusée à l’essai final. La qualité du premier passage est l’indicateur qu’il suit avec nous.",
        },
    },
    "chaudiere": {
        "person": ("Patrick", "Veilleux", "patrick.veilleux@soudage-chaudiere.example"),
        "organisation": {
            "legal_name": "Soudage Chaudière ltée", "neq": "1168765432", "business_number": "889012340",
            "street": "1180, 1re Avenue", "city": "Saint-Georges", "postal_code": "G5Y 2C9", "region": "12",
            "employees": 22, "naics": "332710",
        },
        "answers": {
            "revenue": "3900000.00", "founded": 2006,
            "project_title": "Préparer la relève des soudeurs qualifiés",
            "project_summary": "Qualifier six personnes au soudage de structures aéronautiques, documenter les gestes des deux soudeurs qui partiront, et planifier la charge pour ne plus refuser de commandes.",
            "activities": "Nous soudons des structures tubulaires et des supports pour les moteurs. Vingt-deux personnes travaillent à Saint-Georges.",
            "goals_link": "Notre client confie à l’étranger ce que nous n’avons pas la capacité de souder. Six soudeurs qualifiés suffisent à rapatrier ce travail.",
        },
    },
    "mauricie": {
        "person": ("Josée", "Lampron", "josee.lampron@outillage-mauricie.example"),
        "organisation": {
            "legal_name": "Outillage Mauricie inc.", "neq": "1169876543", "business_number": "890123458",
            "street": "540, rue des Forges", "city": "Trois-Rivières", "postal_code": "G9A 2H5", "region": "04",
            "employees": 28, "naics": "333510",
        },
        "answers": {
            "revenue": "4700000.00", "founded": 1985,
            "project_title": "Du gabarit au modèle numérique",
            "project_summary": "Remplacer les gabarits de contrôle par la mesure sans contact et le modèle numérique du client, former quatre personnes et réduire de dix à quatre jours le délai d’un outillage.",
            "activities": "Nous concevons et fabriquons des outillages d’assemblage pour les aérostructures. Vingt-huit personnes travaillent à Trois-Rivières.",
            "goals_link": "Notre client attend l’outillage pour démarrer chaque nouveau programme. Six jours gagnés par outillage avancent d’autant sa première pièce.",
        },
    },
    "estrie": {
        "person": ("Rachid", "Amrani", "rachid.amrani@peinture-estrie.example"),
        "organisation": {
            "legal_name": "Peinture aéro Estrie inc.", "neq": "1170987654", "business_number": "801234568",
            "street": "90, rue du Parc-Industriel", "city": "Sherbrooke", "postal_code": "J1L 2X9", "region": "05",
            "employees": 19, "naics": "332810",
        },
        "answers": {
            "revenue": "2600000.00", "founded": 2011,
            "project_title": "Moins de solvants, plus de qualité",
            "project_summary": "Passer à des peintures à haut extrait sec, former les peintres et contrôler l’épaisseur au poste, pour réduire les solvants de 40 % et les reprises de moitié.",
            "activities": "Nous peignons des pièces et des sous-ensembles pour l’aviation d’affaires. Dix-neuf personnes travaillent à Sherbrooke.",
            "goals_link": "Notre client s’est engagé à réduire les émissions de sa chaîne d’approvisionnement; nos solvants en sont la plus grande part.",
        },
    },
    "lanaudiere": {
        "person": ("Nathalie", "Beaudry", "nathalie.beaudry@cablage-lanaudiere.example"),
        "organisation": {
            "legal_name": "Câblage Lanaudière inc.", "neq": "1172109876", "business_number": "812098762",
            "street": "15, rue de la Visitation", "city": "Joliette", "postal_code": "J6E 4N8", "region": "14",
            "employees": 53, "naics": "335920",
        },
        "answers": {
            "revenue": "8300000.00", "founded": 1999,
            "project_title": "Des harnais tracés de bout en bout",
            "project_summary": "Tracer chaque harnais de la coupe à l’essai, former les équipes à deux postes et partager l’avancement avec le client, pour livrer 97 % des harnais à la date promise.",
            "activities": "Nous fabriquons des harnais électriques pour les hélicoptères et l’aviation d’affaires. Cinquante-trois personnes travaillent à Joliette.",
            "goals_link": "Un harnais en retard arrête une cabine entière. Notre client veut voir, chaque matin, où en est le sien.",
        },
    },
    "granby": {
        "person": ("Simon", "Leclerc", "simon.leclerc@composites-granby.example"),
        "organisation": {
            "legal_name": "Composites Granby inc.", "neq": "1173210987", "business_number": "823098769",
            "street": "660, rue Cowie", "city": "Granby", "postal_code": "J2G 3X4", "region": "16",
            "employees": 37, "naics": "326190",
        },
        "answers": {
            "revenue": "5900000.00", "founded": 2008,
            "project_title": "Une cuisson, une pièce bonne",
            "project_summary": "Instrumenter les cycles de cuisson des pièces composites, former trois personnes à la conduite de l’autoclave et réduire de 9 % à 3 % la part des pièces reprises.",
            "activities": "Nous moulons des carénages et des conduits composites pour les aéronefs d’affaires. Trente-sept personnes travaillent à Granby.",
            "goals_link": "Chaque pièce reprise retarde de deux semaines le montage de la cabine. Notre client suit avec nous la part des pièces bonnes à la première cuisson.",
        },
    },
}  # fmt: skip

# What they all have in common.
ORGANISATION: Common = {"province": "QC", "ownership": "private", "language": "fr", "website": ""}
ANSWERS = {"sponsor_language": "fr"}
