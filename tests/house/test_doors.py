"""Text, days and hours come in by one reader each: a form that takes them otherwise says why here."""

import ast
import re
from pathlib import Path

RAW_FIELDS = (
    *("forms.CharField(", "forms.EmailField(", "forms.URLField(", "forms.SlugField("),
    *("forms.DateField(", "forms.TimeField(", "forms.DateTimeField(", "forms.SplitDateTimeField("),
    *("forms.DecimalField(", "forms.FloatField("),
)
ROOT = Path(__file__).parents[2]
RAW = {
    # Shown as it was pasted, and read by the YAML reader of bundles, which cleans each text of it.
    "builder/forms.py": {"text"},
    # Filled with what was typed, never cleaned: the services read it, and say what is wrong.
    "applications/forms/questions/fields.py": None,
}


def test_every_text_day_and_number_of_a_form_is_read_by_the_one_reader():
    raw = {}
    for path in sorted(ROOT.glob("*/forms*")):
        for module in [path] if path.is_file() else sorted(path.rglob("*.py")):
            name = str(module.relative_to(ROOT))
            if name.startswith((".", "tests/", "templates/", "work/")) or RAW.get(name, ()) is None:
                continue
            for node in ast.walk(ast.parse(module.read_text())):
                if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
                    call = ast.unparse(node.value)
                    if call.startswith(RAW_FIELDS) and "HiddenInput" not in call:
                        raw.setdefault(name, set()).add(ast.unparse(getattr(node, "target", None) or node.targets[0]))
    assert raw == {name: fields for name, fields in RAW.items() if fields is not None}


def test_every_table_is_written_by_the_one_writer():
    """Lines of a CSV: cells, decimals and marks that each spreadsheet reads, and no text that becomes a formula."""
    apps = [path.parent for path in ROOT.glob("*/apps.py")]
    modules = [path for app in [*apps, ROOT / "config"] for path in app.rglob("*.py")]
    writers = {str(path.relative_to(ROOT)) for path in modules if re.search(r"csv\.(Dict)?[wW]riter", path.read_text())}
    assert writers == {"work/spreadsheets.py"}
