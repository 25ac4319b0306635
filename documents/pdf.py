"""From a sheet of HTML to a PDF that is tagged (PDF/UA-1), carries its fonts, and is always the same bytes.

WeasyPrint is imported inside the functions: it costs 60–100 MB and most of a second, which only the worker pays.
A `FontConfiguration` shared between threads aborts the process, so each thread has its own press.
"""

import atexit
import html as markup
import logging
import os
import re
import shutil
import threading
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from work.outages import Away, is_system_short, reason_of
from work.states import Machine

if TYPE_CHECKING:
    from pydyf import PDF
    from weasyprint import CSS, Document
    from weasyprint.formatting_structure.boxes import Box
    from weasyprint.urls import URLFetcher

APT = "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# The typeface of documents, whole: a letter may hold a subscript (tCO₂e), an arrow, a Greek or a Cyrillic name.
FAMILY = "Source Sans 3"
FACE = re.compile(r"^source-sans-3-(\d{3})-(normal|italic)\.woff2$")  # as assets/build.mjs names them
NO_GLYPH = "\u25a1"  # a white square stands for what the typeface does not have
LANG = {"fr": "fr-CA", "en": "en-CA"}
STYLES = {"letter": "print.css"}  # name → file in assets/
_local = threading.local()


class RenderingFailed(Exception):
    """The document is at fault: a picture without words, a damaged one, an address that we do not fetch."""


class NotInstalled(Away):
    """The machine is at fault: the message says which command repairs it. Documents wait."""

    def __init__(self, reason: str) -> None:
        super().__init__(Machine.PDF, reason)


def why_not() -> str:
    """Why this machine cannot render, with the command that repairs it; empty when it can."""
    try:
        _press()
    except Away as away:
        return away.reason
    return ""


def render_pdf(
    html: str, *, title: str, language: str, made_at: datetime, base_css: str = "letter", brand: str = ""
) -> bytes:
    """A PDF/UA-1 document of `html`, a sheet (`sheets.sheet`).

    `language` is the one that prevails (fr, en); a `<section lang>` in the other keeps its own. `made_at` becomes
    the created and modified instants, so that the same words give the same bytes in any process. `brand`: #rrggbb.
    Raises RenderingFailed, or Away: NotInstalled, or a system that has no memory, handle or disk to give.
    """
    press = _press()
    with _complaints() as complaints:
        try:
            sheet = _showable(html, press.covered)
            page = _page(sheet, title=title, language=language, made_at=made_at, brand=brand)
            document = press.html(string=page, url_fetcher=press.fetcher).render(
                font_config=press.fonts, stylesheets=[press.sheets[base_css]]
            )
            data = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=True, finisher=_name_languages)
        except Exception as error:  # a damaged picture raises whatever its reader does
            if is_system_short(error):
                raise Away(Machine.PDF, reason_of(error)) from error
            complaints.append(reason_of(error))
    if complaints:
        raise RenderingFailed("; ".join(dict.fromkeys(complaints)))
    return data


def _page(html: str, *, title: str, language: str, made_at: datetime, brand: str) -> str:
    """The whole page around a sheet: language, title, instants, colour."""
    instant = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    colour = f"<style>:root {{ --paper-brand: {brand} }}</style>" if re.fullmatch(r"#[0-9a-fA-F]{6}", brand) else ""
    return (
        f'<!doctype html><html lang="{LANG[language]}"><head><meta charset="utf-8">'
        f"<title>{markup.escape(title)}</title>"
        f'<meta name="dcterms.created" content="{instant}"><meta name="dcterms.modified" content="{instant}">'
        f'<meta name="generator" content="Passerelle">{colour}</head><body>{html}</body></html>'
    )


class _Press:
    """One thread's WeasyPrint: its fonts, its parsed style sheets, and a fetcher that goes nowhere."""

    def __init__(self, folder: Path, faces: str) -> None:
        from PIL import ImageFile
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration

        ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint lets half a picture through, for the whole process
        self.html, self._css = HTML, CSS
        self.fetcher = _fetcher(folder)
        self.covered = _covered(folder)
        self.fonts = FontConfiguration()
        with _complaints() as complaints:
            self.sheets = {name: self._parse(faces, file) for name, file in STYLES.items()}
        if complaints:  # without a single font, Pango would take the whole process down
            raise NotInstalled(f"The typeface in {folder} cannot be read. Run: make assets ({complaints[0]})")
        # WeasyPrint removes its folder of unpacked fonts too late in Python's own end, with a complaint.
        unpacked, self.fonts._folder = self.fonts._folder, None
        atexit.register(shutil.rmtree, unpacked, ignore_errors=True)

    def _parse(self, faces: str, file: str) -> "CSS":
        """A style sheet, parsed, with our font faces before it."""
        text = (settings.BASE_DIR / "assets" / file).read_text(encoding="utf-8")
        return self._css(string=faces + text, font_config=self.fonts, url_fetcher=self.fetcher)


def _press() -> _Press:
    """This thread's press, made the first time. Raises Away, which is NotInstalled where a command repairs it."""
    folder = Path(settings.PDF_FONTS_DIR)
    if getattr(_local, "folder", None) != folder:
        faces = _faces(folder)
        try:
            _without_system_fonts()
            with warnings.catch_warnings():  # "No fonts configured": so it is meant
                warnings.filterwarnings("ignore", message="No fonts configured")
                _local.press = _Press(folder, faces)
        except (OSError, MemoryError) as error:
            if is_system_short(error):
                raise Away(Machine.PDF, reason_of(error)) from error
            # cffi did not find Pango or HarfBuzz
            raise NotInstalled(f"The PDF engine's system libraries are missing. As root: {APT}") from error
        _local.folder = folder
    return _local.press


def _faces(folder: Path) -> str:
    """`@font-face` rules for our typeface, from the files that the look's build leaves in `folder`."""
    rules = []
    for path in sorted(folder.glob("*.woff2")):
        found = FACE.match(path.name)
        if found:
            rules.append(
                f'@font-face {{ font-family: "{FAMILY}"; font-weight: {found[1]}; '
                f'font-style: {found[2]}; src: url("{path.resolve().as_uri()}") }}\n'
            )
    if not rules:
        raise NotInstalled(f"No typeface for documents in {folder}. Run: make assets")
    return "".join(rules)


def _covered(folder: Path) -> frozenset[str]:
    """The characters that every face of our typeface has."""
    from fontTools.ttLib import TTFont

    faces = [path for path in sorted(folder.glob("*.woff2")) if FACE.match(path.name)]
    try:
        return frozenset(map(chr, set.intersection(*(set(TTFont(path, lazy=True).getBestCmap()) for path in faces))))
    except Exception as error:  # a damaged file raises whatever its reader does
        if is_system_short(error):
            raise Away(Machine.PDF, reason_of(error)) from error
        raise NotInstalled(f"The typeface in {folder} cannot be read. Run: make assets ({reason_of(error)})") from error


def _showable(html: str, covered: frozenset[str]) -> str:
    """`html` with what the typeface lacks written otherwise: by its plain form (« ① » is 1), else by a white square.

    People write emoji and names of every script, and their receipt must be made. What only joins or dresses another
    character goes with it.
    """
    known: dict[str, int | str | None] = {}
    for character in set(html) - covered:
        category = unicodedata.category(character)
        plain = unicodedata.normalize("NFKC", character)
        if category == "Cc":  # ends of lines, tabs: HTML's own
            known[character] = character
        elif set(plain) <= covered and plain.isalnum():
            known[character] = plain
        elif category in ("Zs", "Zl", "Zp"):
            known[character] = " "
        else:
            known[character] = "" if category in ("Cf", "Mn", "Me", "Sk") else NO_GLYPH
    return html.translate(str.maketrans(known)) if known else html


def _without_system_fonts() -> None:
    """Point fontconfig at an empty list, so that a letter never depends on what a machine happens to have.

    Read by the C library once, when WeasyPrint is first imported.
    """
    config = Path(settings.DATA_DIR) / "fontconfig" / "fonts.conf"
    if not config.exists():
        config.parent.mkdir(parents=True, exist_ok=True)
        draft = config.with_suffix(f".{os.getpid()}")
        draft.write_text(
            '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
            f"<fontconfig><cachedir>{markup.escape(str(config.parent / 'cache'))}</cachedir></fontconfig>\n"
        )
        draft.replace(config)
    os.environ["FONTCONFIG_FILE"] = str(config)


def _fetcher(folder: Path) -> "URLFetcher":
    """A fetcher for `data:` addresses and our own fonts; anything else is an error, which fails the document."""
    from weasyprint.urls import URLFetcher

    class OursOnly(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            ours = url.startswith(f"{folder.resolve().as_uri()}/") and ".." not in url and url.endswith(".woff2")
            if not (ours or url.startswith("data:")):
                raise ValueError(f"We fetch nothing from outside: {url[:200]}")
            return super().fetch(url, headers)

    return OursOnly(allowed_protocols={"data", "file"}, allow_redirects=False)


def _name_languages(document: "Document", pdf: "PDF") -> None:
    """Write each `<section lang>` of the sheet on its own element of the PDF's structure.

    WeasyPrint puts the language on the whole document only, so the English half of a French letter would be read
    with a French voice. It makes its `Sect` elements in the order of the boxes, which is walked again here.
    """
    import pydyf

    boxes = [box for page in document.pages for box in _sections(page._page_box)]
    elements = [o for o in pdf.objects if isinstance(o, pydyf.Dictionary) and o.get("S") == "/Sect"]
    if len(boxes) != len(elements):
        raise RenderingFailed("The sections of the PDF do not match those of the page.")
    for box, element in zip(boxes, elements, strict=True):
        if lang := box.element.get("lang"):
            element["Lang"] = pydyf.String(lang)


def _sections(box: "Box") -> Iterator["Box"]:
    """The boxes of `<section>` under `box`, in the order of the tag tree."""
    box = getattr(box, "_box", box)  # an absolutely placed box is wrapped
    if box.element is not None and box.element_tag == "section":
        yield box
    for child in getattr(box, "children", ()):
        yield from _sections(child)


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What WeasyPrint only logs, in this thread: every error, and the warnings that mean a wrong page."""
    found: list[str] = []
    me = threading.get_ident()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            words = record.getMessage()
            grave = record.levelno >= logging.ERROR or words.startswith((".notdef", "Font-face"))
            if record.thread == me and grave:
                found.append(words)

    ear, logger = Ear(level=logging.WARNING), logging.getLogger("weasyprint")
    logger.addHandler(ear)
    try:
        yield found
    finally:
        logger.removeHandler(ear)
