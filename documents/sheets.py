"""The sheet of paper that a letter or a receipt is written on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

HTML_LANG = {"fr": "fr-CA", "en": "en-CA"}


@dataclass(frozen=True)
class Letterhead:
    """name: the cluster's; lines: its address; logo: a `data:` URI or nothing; running: the foot of every page."""

    name: str
    lines: tuple[str, ...] = ()
    logo: str = ""
    running: str = ""


def sheet(sections: Iterable[tuple[str, str]], *, letterhead: Letterhead) -> SafeString:
    """One sheet of HTML from `(language, html)` sections, the language that prevails first.

    The same HTML is frozen in a `Rendering`, and shown as it is in a preview page (which links `built/print.css`).
    """
    parts = [{"lang": HTML_LANG[language], "html": mark_safe(html)} for language, html in sections]  # noqa: S308
    context = {"sections": parts, "head": letterhead, "lang": parts[0]["lang"]}
    return render_to_string("documents/print.html", context)
