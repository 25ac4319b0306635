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
    | {"llc", "llp", "lp", "plc", "gmbh", "ag", "sa", "sas", "sarl", "srl", "bv"}
)
SAME_WORD = {"and": "et", "st": "saint", "ste": "sainte"}


def folded(text: str) -> str:
    """The text in small letters, without accents, ligatures opened: « Œuvre d’été » is "oeuvre d'ete"."""
    plain = unicodedata.normalize("NFKD", (text or "").translate(APOSTROPHES).translate(OPENED))
    return "".join(one for one in plain if not unicodedata.combining(one)).lower()


def enterprise_key(name: str) -> str:
    """What two names of one enterprise have in common: "Outillage Mauricie inc." and "OUTILLAGE MAURICIE" have one key.

    Case, accents, punctuation and spaces do not count, nor the legal form at the end; "&" is « et », "St" is "Saint".
    A name that is nothing but a legal form is kept. Empty for no name.
    """
    plain = folded(name).replace(".", "").replace("&", " et ").replace("+", " et ")
    words = [SAME_WORD.get(word, word) for word in re.findall(r"\w+", plain)]
    last = len(words)
    while last > 1 and (words[last - 1] in LEGAL_FORMS or words[last - 1] == "et"):
        last -= 1
    return " ".join(words[:last])


def sort_key(*names: str) -> tuple[str, ...]:
    """What puts these names in their place in a list: their letters alone, whatever case and accents; then as written.

    The database does the same with `work.querysets.by_name`.
    """
    return (*(" ".join(re.findall(r"\w+", folded(name))) for name in names), *names)


def address_key(address: str | None) -> str:
    """An e-mail address as it is kept, and compared with another however each was typed. Empty for none."""
    return (address or "").strip().lower()


def domain_of(address: str) -> str:
    """The domain of an e-mail address or of a site ("https://www.usinage.example/fr"), folded; empty for none."""
    text = address.strip().lower()
    host = text.split("://", 1)[1] if "://" in text else text
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rsplit("@", 1)[-1]
    return host.split(":", 1)[0].strip(".").removeprefix("www.")


def domains_meet(one: str, other: str) -> bool:
    """Whether two domains are one, or one is under the other: `usine.outillage.example` and `outillage.example`."""
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
