"""Names, addresses and domains as two of them are compared, searched and sorted. One fold, for every place that asks.

Pure: no Django.
"""

import re
import unicodedata

OPENED = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"})
APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4", "'"))

# What may follow the name of an enterprise and tells nothing of which it is: the legal forms of Québec, of Canada and
# of the countries that its suppliers come from (Loi sur la publicité légale des entreprises, s. 17; CBCA, s. 10).
LEGAL_FORMS = frozenset(
    {"inc", "incorporee", "incorporated", "ltee", "limitee", "ltd", "limited", "corp", "corporation"}
    | {"cie", "compagnie", "co", "company", "enr", "senc", "sencrl", "secrl", "sec", "scop", "coop"}
    | {"llc", "llp", "lp", "plc", "gmbh", "ag", "sa", "sas", "sarl", "srl", "bv", "ulc", "pty"}
)
# Forms so short that they are part of a name wherever another form follows: « Groupe AB inc. » is not « Groupe inc. ».
LAST_FORMS = frozenset({"ab", "nv", "oy", "oyj", "kg"})
FORMS_IN_WORDS = (
    ("limited", "partnership"),
    ("limited", "liability", "partnership"),
    ("limited", "liability", "company"),
    ("unlimited", "liability", "company"),
    ("societe", "en", "commandite"),
    ("societe", "en", "nom", "collectif"),
)
ITALIAN_FORM = re.compile(r"\b(?:[Ss]\.\s?[Pp]\.\s?[Aa]\.?|SpA)\s*$")  # « Le Grand Spa » has none
MARKS = str.maketrans(dict.fromkeys("™®©℠"))
INITIALS = re.compile(r"(?<=\b\w)\.\s*(?=\w\.)")
ANYWHERE = re.compile(r"\(\s*(?:canada|quebec|les?|la|l'|the)\s*\)")  # where a company was made, or its article
# What may come before it: a form, as the register writes some names, and an article. « Compagnie de … » is a name.
FORMS_FIRST = (("cie",), ("compagnie",), ("corp",), ("corporation",), *(one for one in FORMS_IN_WORDS if "en" in one))
OF = frozenset({"de", "du", "des", "d", "et", "of", "and", "pour", "for"})
ARTICLE = re.compile(r"[^\w']*(?:(?:les?|la|the)\s+|l'\s*)(?=\w)")
ACRONYM = re.compile(r"\(\s*([A-Z](?:[.&-]?[A-Z]){1,7})\.?\s*\)")
TRADING_AS = re.compile(
    r"\b(?:f\.\s?a\.\s?s\.\s?r\.\s?s\b\.?|fasrs\b|d\.b\.a\b\.?|dba\b|d/b/a\b"
    r"|faisant\s+affaires?\s+sous\s+(?:la\s+raison\s+sociale|le\s+nom)(?:\s+(?:de\b|d['\u2019]))?"
    r"|(?:doing|carrying\s+on)\s+business\s+(?:as|under\s+the\s+name(?:\s+of)?)\b)",
    re.IGNORECASE,
)
ALSO_TAKEN_FOR = str.maketrans({"i": "[iİı]", "s": "[sſ]"})  # by Python, whatever the case; by the database, never
MAY_TRADE_AS = "f.{0,2}a.{0,2}s.{0,2}r.{0,2}s|d[./]?b[./]?a|faisant.+affaire|business".translate(ALSO_TAKEN_FOR)
"""For the database, whatever the case: every name that `TRADING_AS` finds several in, and some others. It names no
space: which characters are spaces, the two do not agree on."""
NUMBERED = re.compile(r"^\s*\d[\d\s-]*(?=\s(?:quebec|canada|ontario)\b)")
SAME_WORD = {"and": "et", "st": "saint", "ste": "sainte"}

# Under these, two domains are two people's: registries, and services that give their customers a name.
SECOND_LEVELS = frozenset(
    {"ac", "asso", "co", "com", "edu", "go", "gob", "gouv", "gov", "gv", "id", "int", "ltd", "me", "mil", "ne", "net"}
    | {"nhs", "nom", "or", "org", "plc", "sch"}
)
PROVINCES = frozenset({"ab", "bc", "mb", "nb", "nf", "nl", "ns", "nt", "nu", "on", "pe", "qc", "sk", "yk", "gc"})
GIVEN_UNDER = frozenset(
    {"onmicrosoft.com", "github.io", "gitlab.io", "wixsite.com", "wordpress.com", "blogspot.com", "weebly.com"}
    | {"myshopify.com", "webflow.io", "pages.dev", "netlify.app", "vercel.app", "web.app", "firebaseapp.com"}
    | {"herokuapp.com", "azurewebsites.net", "squarespace.com", "godaddysites.com", "jimdosite.com", "square.site"}
    | {"notion.site", "canva.site", "business.site", "googlegroups.com", "amazonaws.com", "cloudfront.net", "carrd.co"}
)


def folded(text: str) -> str:
    """The text in small letters, without accents, ligatures opened: « Œuvre d’été » is "oeuvre d'ete"."""
    plain = unicodedata.normalize("NFKD", (text or "").translate(APOSTROPHES).translate(OPENED))
    return "".join(one for one in plain if not unicodedata.combining(one)).lower()


def enterprise_key(name: str) -> str:
    """What two names of one enterprise have in common: "Outillage Mauricie inc." and "OUTILLAGE MAURICIE" have one key.

    Case, accents, punctuation and spaces do not count (two numbers stay two), nor trade marks, an article that begins
    the name or follows it in brackets, the legal form before or after it, the division named after that, its own
    initials nor « (Canada) » in brackets; "&" is « et », "St" is "Saint". A name that is nothing but a legal form or
    an article is kept. Of one that trades under another, the first. Empty for no name.
    """
    return next((key for part in TRADING_AS.split(name or "") if (key := _key(part))), "")


def enterprise_keys(name: str) -> frozenset[str]:
    """That of each name in it: « X inc. f.a.s.r.s. Y » is X, and Y. None for no name."""
    return frozenset({_key(part) for part in TRADING_AS.split(name or "")} - {""})


def _key(name: str) -> str:
    plain = folded(ITALIAN_FORM.sub(" sarl", _without_acronym(name.translate(MARKS))))
    words = _words(plain)
    if (article := ARTICLE.match(plain)) and not _is_form(after := _words(plain[article.end() :])):
        words = after
    return re.sub(r"(?<!\d) | (?!\d)", "", " ".join(_without_form(_without_form_first(_without_division(words)))))


def _words(plain: str) -> list[str]:
    plain = INITIALS.sub("", ANYWHERE.sub(" ", plain)).replace(".", "").replace("&", " et ").replace("+", " et ")
    plain = NUMBERED.sub(lambda number: re.sub(r"\D", "", number[0]), plain)
    return [SAME_WORD.get(word, word) for word in re.findall(r"\w+", plain)]


def _is_form(words: list[str]) -> bool:
    """Whether these say nothing but a legal form."""
    return all(word in LEGAL_FORMS or word in LAST_FORMS for word in words) or tuple(words) in FORMS_IN_WORDS


def _without_acronym(name: str) -> str:
    """Without the initials of what comes before them, in brackets, where nothing but a legal form follows them."""
    for found in ACRONYM.finditer(name):
        before, after = _words(folded(name[: found.start()])), _words(folded(name[found.end() :]))
        if _is_form(after) and _abbreviate(re.sub(r"\W", "", found[1]).lower(), before):
            return f"{name[: found.start()]} {name[found.end() :]}"
    return name


def _abbreviate(initials: str, words: list[str]) -> bool:
    """Whether these letters are found in the words in their order, the first where a word begins."""
    for at, word in enumerate(words):
        letters = iter("".join(words[at:]))
        if word[0] == initials[0] and all(one in letters for one in initials):
            return True
    return False


def _without_form_first(words: list[str]) -> list[str]:
    for form in FORMS_FIRST:
        after = words[len(form) :]
        if tuple(words[: len(form)]) == form and after and after[0] not in OF and not _is_form(after):
            return after
    return words


def _without_division(words: list[str]) -> list[str]:
    """What comes before « division … » where a legal form ends the name: « Boréal inc. – Division Composites »."""
    for at in range(2, len(words)):
        before = words[: at - 1] if words[at - 1] in {"une", "a"} else words[:at]
        if words[at] in {"division", "div"} and len(before) > 1 and before[-1] in LEGAL_FORMS:
            return before
    return words


def _without_form(words: list[str]) -> list[str]:
    if len(words) > 1 and words[-1] in LAST_FORMS:
        words = words[:-1]
    while len(words) > 1 and tuple(words) not in FORMS_IN_WORDS:
        if words[-1] in LEGAL_FORMS or words[-1] == "et":
            words = words[:-1]
        elif said := next((one for one in FORMS_IN_WORDS if tuple(words[-len(one) :]) == one), None):
            words = words[: -len(said)]
        else:
            break
    return words


def sort_key(*names: str) -> tuple[str, ...]:
    """What puts these names in their place in a list: their letters alone, whatever case and accents; then as written.

    The database does the same with `work.querysets.by_name`.
    """
    return (*(" ".join(re.findall(r"\w+", folded(name))) for name in names), *names)


def address_key(address: str | None) -> str:
    """An e-mail address as it is kept, and compared with another however each was typed. Empty for none."""
    return (address or "").strip().lower()


def domain_of(address: str) -> str:
    """The domain of an e-mail address or of a site ("https://www.usinage.example/fr"), folded; empty for none. One that
    has accents is the same written in them or in the letters that the network reads (`xn--usinag-gva.example`)."""
    text = address.strip().lower()
    host = text.split("://", 1)[1] if "://" in text else text
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rsplit("@", 1)[-1]
    host = ".".join(map(_in_letters, host.split(":", 1)[0].strip(".").split(".")))
    return unicodedata.normalize("NFC", host).removeprefix("www.")


def _in_letters(label: str) -> str:
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def registered_domain(domain: str) -> str:
    """What somebody registered, of a domain that may be under it: "outillage.example" of "usine.outillage.example",
    "ville.qc.ca" of "eau.ville.qc.ca". Empty for what only has others' under it ("qc.ca", "gouv.qc.ca", "co.uk")."""
    labels = domain.split(".")
    taken = 1 if len(labels) > 1 else 0
    if len(labels) > 1 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVELS:
        taken = 2
    elif labels[-1] == "ca" and len(labels) > 1 and labels[-2] in PROVINCES:
        taken = 3 if len(labels) > 2 and labels[-3] in {"gouv", "gov"} else 2
    elif ".".join(labels[-2:]) in GIVEN_UNDER:
        taken = 2
    return ".".join(labels[-taken - 1 :]) if len(labels) > taken else ""


def is_under(domain: str, parent: str) -> bool:
    """Whether a domain is `parent`, or under it."""
    return bool(domain and parent) and (domain == parent or domain.endswith(f".{parent}"))


def domains_meet(one: str, other: str) -> bool:
    """Whether two domains are of one owner: `achats.outillage.example` and `usine.outillage.example`."""
    return bool(registered_domain(one)) and registered_domain(one) == registered_domain(other)
