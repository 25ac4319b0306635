"""A text that is translated as its module is imported is read by everybody in the language of whoever came first."""

import ast

import pytest

from tests.house.test_imports import modules

EAGER = {"gettext", "ngettext", "pgettext", "npgettext"}


def at_import(node):
    """The nodes under `node` that run as its module is imported: not the bodies of functions, but their defaults."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            defaults = [one for one in (*child.args.defaults, *child.args.kw_defaults) if one is not None]
            for one in (*getattr(child, "decorator_list", ()), *defaults):
                yield one
                yield from at_import(one)
        else:
            yield child
            yield from at_import(child)


def translated_at_import(source):
    """The lines of a module that translate as it is imported."""
    tree = ast.parse(source)
    eager = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in EAGER
    }
    return [
        node.lineno
        for node in at_import(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in eager
    ]


def test_nothing_is_translated_as_its_module_is_imported():
    found = {str(path): lines for _app, _kind, path in modules() if (lines := translated_at_import(path.read_text()))}
    assert found == {}, "use gettext_lazy"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("A = _('x')", [2]),
        ("class A:\n    b = {'k': [_('x')]}", [3]),
        ("def f(a=_('x')): ...", [2]),
        ("def f():\n    return _('x')", []),
        ("A = lambda: _('x')", []),
    ],
)
def test_text_of_a_module_of_a_class_and_of_a_default_is_translated_as_it_is_imported(source, lines):
    assert translated_at_import(f"from django.utils.translation import gettext as _\n{source}") == lines
