import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from work.names import (
    FORMS_IN_WORDS,
    LAST_FORMS,
    LEGAL_FORMS,
    address_key,
    domain_of,
    domains_meet,
    enterprise_key,
    enterprise_keys,
    folded,
    sort_key,
)
from work.querysets import by_name

SAME = [
    ("Outillage Mauricie", "OUTILLAGE MAURICIE INC", "Outillage  Mauricie Inc.", "Outillage Mauricie inc."),
    ("Soudage Chaudière ltée", "Soudage Chaudiere ltee", "SOUDAGE CHAUDIÈRE LTD."),
    ("L'Atelier d'Usinage", "L’Atelier d’Usinage", "L`atelier  d´usinage"),
    ("Roy & fils s.e.n.c.", "Roy et Fils", "Roy and fils, SENC"),
    ("Composites Saint-Maurice inc.", "Composites St-Maurice", "Composites Saint Maurice Co. Ltd."),
    ("Œuvres d’acier", "Oeuvres d'acier"),
    ("Tremblay & Cie ltée", "Tremblay"),
    ("Inc.", "INC"),
    (
        "Boréal inc.",
        "Boréal ULC",
        "Boreal GmbH & Co. KG",
        "Boréal S.p.A.",
        "Boréal SpA",
        "Boréal AB",
        "Boréal N.V.",
        "Boréal Oy",
        "Boréal Pty Ltd",
        "Boréal S. A.",
        "Boréal Limited Partnership",
        "Boréal, société en commandite",
        "Boréal (Canada) inc.",
        "Boréal inc. – Division Composites",
        "Boréal inc., une division de Roy inc.",
        "Boréal™",
    ),
    ("91234567 Québec inc.", "9123-4567 Québec inc.", "9123 4567 Quebec Inc"),
    ("Usinage L. M. inc.", "Usinage L.M.", "Usinage LM"),
    ("Aérotech", "Aéro-Tech inc.", "AÉRO TECH"),
    ("Les Industries Boréal inc.", "Industries Boréal", "LES INDUSTRIES BORÉAL LTÉE", "INDUSTRIES BORÉAL INC. (LES)"),
    ("L'Atelier Boréal", "Atelier Boréal (L’) inc.", "ATELIER BORÉAL INC. (L')"),
    ("L'Atelier d'Usinage", "Atelier d’usinage inc."),
    ("The Boréal Group Ltd.", "Boréal Group"),
    ("Société en commandite Gaz Métro", "Gaz Métro, s.e.c.", "Gaz Métro, société en commandite", "Gaz Métro"),
    ("Société en nom collectif Roy et fils", "Roy & fils s.e.n.c."),
    ("Corporation Boréal", "Boréal inc.", "Corp. Boréal", "Cie Boréal ltée", "La Compagnie Boréal"),
    (
        "Centre de développement des composites du Québec (CDCQ)",
        "Centre de développement des composites du Québec",
        "CENTRE DE DÉVELOPPEMENT DES COMPOSITES DU QUÉBEC (C.D.C.Q.) inc.",
    ),
    ("Institut de recherche d’Hydro-Québec (IREQ)", "L’Institut de recherche d’Hydro-Québec"),
]
APART = [
    ("Outillage Mauricie", "Outillage Maurice"),
    ("Boréal Aéro", "Boréal Auto"),
    ("Incorporé Bois", "Bois"),
    ("Usinage 2", "Usinage 3"),
    ("Le Grand Spa", "Le Grand"),
    ("Groupe AB inc.", "Groupe inc."),
    ("9123-4567 Québec inc.", "9123-4568 Québec inc."),
    ("Boréal Canada inc.", "Boréal inc."),
    ("Usinage 2 3", "Usinage 23"),
    ("Division Boréal inc.", "Boréal inc."),
    ("Boréal, division Composites", "Boréal"),
    ("Société en commandite", "Société"),
    ("Limited Partnership Roy", "Roy"),
    ("L.A. Usinage", "Usinage"),
    ("Lavoie Boréal", "Voie Boréal"),
    ("Les Industries Boréal", "Les Industries Roy"),
    ("Compagnie de la Baie", "De la Baie"),
    ("Corporation de développement", "Développement"),
    ("Société Boréal", "Boréal"),
    ("Boréal (USA)", "Boréal"),
    ("Boréal (BC) Aviation", "Boréal Aviation"),
    ("Boréal (Est)", "Boréal"),
    ("Roy (ACME) inc.", "Roy inc."),
]
TWO_NAMES = [
    "Boréal inc. f.a.s.r.s. Usinage Roy",
    "Boréal inc. (F.A.S.R.S. Usinage Roy)",
    "Boréal inc., faisant affaire sous la raison sociale de Usinage Roy",
    "Boréal inc. faisant affaires sous le nom d’Usinage Roy inc.",
    "Boréal doing business as Usinage Roy",
    "Boréal Ltd. d.b.a. Usinage Roy",
]
# Words of a name: neither a form, nor an article, nor what a form may be part of.
OF_A_NAME = st.sampled_from(["Aéro", "Boréal", "Gaz", "Roy", "Érable", "Nord-Est", "4", "Saint-Maurice", "Usinage"])
NAMES = st.lists(OF_A_NAME, min_size=1, max_size=4).map(" ".join)
BEFORE = st.sampled_from(
    ["", "Les ", "Le ", "La ", "L’", "The ", "Corporation ", "La Compagnie ", "Cie ", "LES CORP. "]
)
AFTER = st.sampled_from(["", " inc.", ", ltée", " s.e.c.", " & Cie ltée", ", société en commandite", " (Québec) inc."])
ALONE = sorted({"les", "le", "la", "l", "the"} | LEGAL_FORMS | LAST_FORMS | {" ".join(one) for one in FORMS_IN_WORDS})


@pytest.mark.parametrize("names", SAME, ids=lambda names: names[0])
def test_names_of_one_enterprise_have_one_key(names):
    assert len({enterprise_key(name) for name in names}) == 1
    assert all(enterprise_key(name) for name in names)


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_of_two_enterprises_have_two(one, other):
    assert enterprise_key(one) != enterprise_key(other)


@pytest.mark.parametrize("name", TWO_NAMES)
def test_enterprise_that_trades_under_another_name_has_both_and_is_known_by_the_first(name):
    assert enterprise_keys(name) == {enterprise_key("Boréal"), enterprise_key("Usinage Roy")}
    assert enterprise_key(name) == enterprise_key("Boréal")


@given(NAMES, BEFORE, AFTER)
def test_article_and_form_around_a_name_tell_nothing_of_it(name, before, after):
    assert enterprise_key(f"{before}{name}{after}") == enterprise_key(name) != ""
    assert enterprise_keys(f"{before}{name}{after}") == {enterprise_key(name)}


@given(NAMES, NAMES, BEFORE, AFTER)
def test_two_names_meet_under_no_article_nor_form_that_they_do_not_meet_without(one, other, before, after):
    meet = re.sub(r"\W", "", one) == re.sub(r"\W", "", other)
    assert (enterprise_key(f"{before}{one}{after}") == enterprise_key(other)) is meet


@given(NAMES, NAMES)
def test_names_on_both_sides_of_what_says_that_one_trades_as_the_other_are_both(one, other):
    assert enterprise_keys(f"Les {one} inc. f.a.s.r.s. {other}") == {enterprise_key(one), enterprise_key(other)}


@pytest.mark.parametrize("name", ALONE)
def test_name_that_is_only_a_form_or_an_article_is_itself(name):
    assert enterprise_key(name.upper()) == name.replace(" ", "")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Société en commandite inc.", "societeencommandite"),
        ("Les inc.", "les"),
        ("La Cie", "la"),
        ("Corporation Ltd.", "corporation"),
    ],
)
def test_name_of_forms_and_articles_alone_keeps_its_first(name, key):
    assert enterprise_key(name) == key


def test_no_name_has_no_key():
    assert (enterprise_key(""), enterprise_key(" . "), enterprise_key("f.a.s.r.s.")) == ("", "", "")
    assert enterprise_keys("") == enterprise_keys(" f.a.s.r.s. . ") == frozenset()
    assert enterprise_key("f.a.s.r.s. Roy") == "roy"


def test_text_is_folded_for_search():
    assert folded("Œuvre d’été") == "oeuvre d'ete"
    assert folded("ﬁlière №1") == "filiere no1"


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("Ana@Outillage.Example ", "outillage.example"),
        ("https://www.outillage.example/fr?x=1", "outillage.example"),
        ("http://usine.outillage.example:8080", "usine.outillage.example"),
        ("outillage.example", "outillage.example"),
        ("https://www.youtube.com/@usinage", "youtube.com"),
        ("https://outillage.example/contact?m=a@ville.example", "outillage.example"),
        ("achats@usinagé.example", "usinagé.example"),
        ("achats@usinage\u0301.example", "usinagé.example"),
        ("https://www.xn--usinag-gva.example/fr", "usinagé.example"),
        ("http://xn--é.example", "xn--é.example"),
        ("", ""),
    ],
)
def test_domain_is_that_of_an_address_or_of_a_site(address, domain):
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("outillage.example", "outillage.example", True),
        ("usine.outillage.example", "outillage.example", True),
        ("outillage.example", "usine.outillage.example", True),
        ("autreoutillage.example", "outillage.example", False),
        ("usine.outillage.example", "siege.outillage.example", True),
        ("usine.outillage.qc.ca", "siege.outillage.qc.ca", True),
        ("outillage.qc.ca", "roy.qc.ca", False),
        ("finances.gouv.qc.ca", "meie.gouv.qc.ca", False),
        ("a.meie.gouv.qc.ca", "b.meie.gouv.qc.ca", True),
        ("ised.gc.ca", "nrc.gc.ca", False),
        ("outillage.co.uk", "roy.co.uk", False),
        ("outillage.qc.ca", "qc.ca", False),
        ("outillage.onmicrosoft.com", "roy.onmicrosoft.com", False),
        ("outillage.onmicrosoft.com", "outillage.onmicrosoft.com", True),
        ("localhost", "localhost", True),
        ("", "outillage.example", False),
        ("", "", False),
    ],
)
def test_domains_meet_where_one_owner_registered_both(one, other, meet):
    assert domains_meet(one, other) is domains_meet(other, one) is meet


LISTED = ["Bélanger", "Benali", "de la Durantaye", "Émond", "Lévesque", "Lew", "Zhang"]
COMPANIES = ["Aéronefs Boréal inc.", "Atelier Érable inc.", "Électronique Vaudreuil inc.", "Usinage Gauthier inc."]


@pytest.mark.parametrize("names", [LISTED, COMPANIES], ids=lambda names: names[0])
def test_names_are_sorted_by_their_letters(names):
    assert sorted([*names[3:], *names[:3]], key=sort_key) == names
    assert sorted(["Cote", "côte", "cote"], key=sort_key)[0] != "côte"


@pytest.mark.django_db
def test_names_are_sorted_alike_by_a_database_of_any_language(cast):
    """This one sorts by bytes, where É comes after Z and capitals before the rest."""
    people = list(User.objects.order_by("pk")[: len(LISTED)])
    for person, name in zip(people, reversed(LISTED), strict=True):
        User.objects.filter(pk=person.pk).update(family_name=name)
    rows = User.objects.filter(pk__in=[person.pk for person in people])
    assert list(rows.order_by(*by_name("family_name"), "pk").values_list("family_name", flat=True)) == LISTED


@pytest.mark.parametrize("typed", ["camille.roy@usinage.example", " Camille.Roy@Usinage.EXAMPLE\n"])
def test_address_is_one_however_it_is_typed(typed):
    assert address_key(typed) == "camille.roy@usinage.example"
    assert (address_key(None), address_key("")) == ("", "")
