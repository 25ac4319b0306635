"""Messages are found by parsing, so that every version of Python finds the same ones."""

import textwrap

import pytest
from django.core.management.base import CommandError

from work.management.commands.messages import messages_of_code, messages_of_template

IMPORTS = """\
from django.utils import translation
from django.utils.translation import gettext as _, gettext, gettext_noop, ngettext, npgettext, pgettext_lazy
"""


def found(code):
    """The messages of a module that begins with IMPORTS, two lines before `code`."""
    return list(messages_of_code(IMPORTS + textwrap.dedent(code), "applications/feeds.py"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("_('Closings')", [(None, "Closings", None)]),
        ("f'X-NAME:{escaped(_(\"Closings\"))}'", [(None, "Closings", None)]),
        ('f\'{a:>{size(_("width"))}} {[_("inner")]!r}\'', ["width", "inner"]),
        ("_('%(a)s of %(b)s') % {'a': _('first'), 'b': 2}", ["%(a)s of %(b)s", "first"]),
        ("show(ask(_('deep')), key=[_('in a list')])", ["deep", "in a list"]),
        ("_('one sentence, '\n  'in two lines')", ["one sentence, in two lines"]),
        ("_('added ' + 'by hand')", ["added by hand"]),
        ("gettext_noop('marked')", ["marked"]),
        ("translation.gettext('by its module')", ["by its module"]),
        ("ngettext('%(n)s file', '%(n)s files', n)", [(None, "%(n)s file", "%(n)s files")]),
        ("pgettext_lazy('a person', 'chair')", [("a person", "chair", None)]),
        ("npgettext('paper', 'sheet', 'sheets', n)", [("paper", "sheet", "sheets")]),
        ("gettext(msgid)", []),  # marked where it stands
        ("other.gettext('not Django’s')", []),
    ],
)
def test_message_is_found(code, expected):
    whole = [message if isinstance(message, tuple) else (None, message, None) for message in expected]
    assert [message for _line, message in found(code)] == whole


def test_name_is_what_the_module_imported():
    assert list(messages_of_code("_ = print\n_('not a message')\n", "a.py")) == []
    assert list(messages_of_code("from elsewhere import gettext as _\n_('nor this')\n", "a.py")) == []
    assert found("") == []
    code = "from django.utils.translation import pgettext as said\nsaid('a', 'b')\n"
    assert list(messages_of_code(code, "a.py")) == [(2, ("a", "b", None))]


@pytest.mark.parametrize(
    "call",
    [
        "_(variable)",
        "_(f'{count} files')",
        "_('%s files' % count)",
        "_('files: ' + name)",
        "gettext('files: {}'.format(name))",
        "ngettext('one', plural, n)",
        "pgettext_lazy(context, 'chair')",
        "_()",
        "_(b'bytes')",
    ],
)
def test_message_that_is_not_written_out_is_refused_with_its_place(call):
    with pytest.raises(CommandError) as refused:
        found(f"first = 1\n{call}\n")
    assert str(refused.value).startswith("applications/feeds.py:4: a message is written out as one string: ")


def test_templates_are_read_as_django_reads_them():
    text = """<p>{% translate "Begin" %} {{ name|default:_("nobody") }}</p>
{% blocktranslate count n=files %}{{ n }} file{% plural %}{{ n }} files{% endblocktranslate %}
{% translate "chair" context "a person" %}"""
    assert list(messages_of_template(text, "page.html")) == [
        (1, (None, "Begin", None)),
        (1, (None, "nobody", None)),
        (2, (None, "%(n)s file", "%(n)s files")),
        (3, ("a person", "chair", None)),
    ]
