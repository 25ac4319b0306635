"""Text search over files: one weighted vector, French and English, accents folded by us.

Weights: A reference, B organisation, C title, D summary. Written when a file is submitted or its answers change.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F

from work.names import folded

if TYPE_CHECKING:
    from applications.models import Application
    from applications.querysets import ApplicationQuerySet

CONFIGS = ("simple", "french", "english")
WEIGHTS = "ABCD"


def weighted(*, reference: str, organisation: str, title: str, summary: str) -> tuple[str, str, str, str]:
    """The folded texts of the weights A, B, C and D, in that order."""
    reference = reference or ""
    a = re.sub(r"[^\w]+", " ", reference) + " " + reference
    return folded(a), folded(organisation), folded(title), folded(summary)


def vector_sql(texts: Sequence[str]) -> str:
    """The SQL of a vector, from four SQL expressions: the folded texts of A, B, C and D."""
    return " || ".join(
        f"setweight(to_tsvector('{config}'::regconfig, {text}), '{weight}')"
        for weight, text in zip(WEIGHTS, texts, strict=True)
        for config in CONFIGS
    )


def index(application: "Application", *, summary: str = "") -> None:
    """Write the vector of one file. `summary`: the answer of that name, as submitted."""
    texts = weighted(
        reference=application.reference or "",
        organisation=application.organisation_name,
        title=application.title,
        summary=summary,
    )
    table = connection.ops.quote_name(application._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET search = {vector_sql(['%s'] * len(texts))} WHERE id = %s",  # noqa: S608
            [*(text for text in texts for _config in CONFIGS), application.pk],
        )


def query_of(text: str) -> SearchQuery | None:
    """What a person typed, as a query: every word, in any of its forms, or the beginning of one. None for no word."""
    query = None
    for word in re.findall(r"\w+", folded(text))[:12]:
        one = SearchQuery(f"{word}:*", config="simple", search_type="raw")
        one = one | SearchQuery(word, config="french") | SearchQuery(word, config="english")
        query = one if query is None else query & one
    return query


def matching(queryset: "ApplicationQuerySet", text: str) -> "ApplicationQuerySet":
    """The files of `queryset` that hold every word of `text`, best first by `rank`. All of them for an empty text."""
    query = query_of(text)
    if query is None:
        return queryset
    return queryset.filter(search=query).annotate(rank=SearchRank(F("search"), query))
