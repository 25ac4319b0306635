"""The receipt of a submission, on the sheet that all our documents share."""

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from applications.models import Application, Snapshot
from documents.sheets import Letterhead, sheet


def letterhead_of(application: Application, language: str) -> Letterhead:
    """The cluster's head, in the language of the document."""
    cluster = application.call.program.cluster
    with translation.override(language):
        lines = [line for line in (cluster.address or "").splitlines() if line.strip()]
        lines += [text for text in (cluster.phone, cluster.email) if text]
        return Letterhead(name=cluster.name, lines=tuple(lines), running=application.reference or "")


def receipt(application: Application, snapshot: Snapshot, *, rows: list[tuple[str, str]]) -> SafeString:
    """The HTML of a receipt in the applicant's language. `rows`: what was received, label and value, as frozen."""
    language = application.language
    with translation.override(language):
        html = render_to_string(
            "applications/receipt.html", {"application": application, "snapshot": snapshot, "rows": rows}
        )
    return sheet([(language, html)], letterhead=letterhead_of(application, language))
