"""One letter through our pipeline, beside bare WeasyPrint on the same HTML and style sheet, in the same run.

`python -m benchmarks letter [--runs N]`. Ours names languages by section, refuses missing glyphs and pictures
without words, fixes dates, and keeps fonts and parsed style sheets between letters. Bare WeasyPrint starts anew, as
its documentation shows; the floor is bare WeasyPrint given our kept fonts and sheets: what is above it is our own.
"""

import statistics
import time
import warnings

from django.conf import settings

from documents import pdf
from tests.documents import sheets

GOAL = 1.25  # of the floor: what our checks may cost


def run(argv: list[str]) -> int:
    """Print medians in milliseconds; 1 when ours costs too much above the floor, 2 when the machine cannot render."""
    runs = int(argv[argv.index("--runs") + 1]) if "--runs" in argv else 15
    if reason := pdf.why_not():
        print(reason)
        return 2
    html = str(sheets.letter())
    ours = lambda: pdf.render_pdf(html, title="Lettre", language="fr", made_at=sheets.MADE_AT)  # noqa: E731
    page = pdf._page(html, title="Lettre", language="fr", made_at=sheets.MADE_AT, brand="")
    faces = pdf._faces(settings.PDF_FONTS_DIR)
    style = faces + (settings.BASE_DIR / "assets" / "print.css").read_text(encoding="utf-8")
    press = pdf._press()
    floor = lambda: (  # noqa: E731
        press.html(string=page)
        .render(font_config=press.fonts, stylesheets=[press.sheets["letter"]])
        .write_pdf(pdf_variant="pdf/ua-1")
    )
    contenders = {"ours": ours, "bare WeasyPrint": lambda: bare(page, style), "its floor": floor}
    times = {name: [] for name in contenders}
    for n in range(runs + 1):  # in turn, so that a busy machine slows all
        for name, call in contenders.items():
            seconds = timed(call)
            if n:  # the first of each also imports and fills caches
                times[name].append(seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"one letter in both languages, median of {runs}")
    for name, seconds in medians.items():
        print(f"  {name:<16}{seconds * 1000:8.1f} ms")
    ratio = medians["ours"] / medians["its floor"]
    print(f"  ours ÷ bare     {medians['ours'] / medians['bare WeasyPrint']:8.2f}")
    print(f"  ours ÷ floor    {ratio:8.2f}   (goal: at most {GOAL})")
    return int(ratio > GOAL)


def bare(page: str, style: str) -> bytes:
    """As WeasyPrint's own documentation does it: everything anew for each document."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fonts = FontConfiguration()
        sheet = CSS(string=style, font_config=fonts)
        return HTML(string=page).write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")


def timed(call) -> float:
    """Seconds."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
