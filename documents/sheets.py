"""The sheet of paper that a letter or a receipt is written on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

HTML_LANG = {"fr": "fr-CA", "en": "en-CA"}


@dataclass(frozen=True)
class Letterhead:
    """name: the cluster's; lines: its address; logo: a `data:` URI or nothing; running: the foot of every page."""

    name: str
    lines: tuple[str, ...] = ()
    logo: str = ""
    running: str = ""


def sheet(sections: Iterable[tuple[str, SafeString]], *, letterhead: Letterhead) -> SafeString:
    """One sheet of HTML from `(language, html)` sections, the language that prevails first.

    The sections come out of a template, or of `format_html`: text that is not safe HTML is escaped.
    The same HTML is frozen in a `Rendering`, and shown as it is in a preview page (which links `built/print.css`).
    """
    parts = [{"lang": HTML_LANG[language], "html": html} for language, html in sections]
    context = {"sections": parts, "head": letterhead, "lang": parts[0]["lang"]}
    return render_to_string("documents/print.html", context)
