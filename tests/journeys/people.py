"""People at their desks: a browser each, that signs in with one click, fills fields by name, and looks at every page.

`look` holds axe to no violation in both languages, on every page of the story, once each.
"""

import re
from urllib.parse import urlsplit

from demo.cast import BY_KEY

PRIMARY = "main form .button:not(.button--secondary):not(.button--small):visible"
ONE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|FE-\d{4}-\d{5}|[A-Za-z0-9_-]{40,}")


class Person:
    """One of the cast in a browser of their own. `seen` is shared: a page looked at once is known to be clean."""

    def __init__(self, key, page, axe, seen):
        self.key, self.page, self.axe, self.seen = key, page, axe, seen
        self.problems = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def sign_in(self):
        self.page.goto("/sign-in?lang=fr")
        self.page.get_by_role("button", name=BY_KEY[self.key].name).click()
        self.page.wait_for_url("**/")
        return self

    def go(self, path):
        """Open a page, which must answer 200, and look at it."""
        answer = self.page.goto(path)
        assert answer.status == 200, f"{self.key} asked {path}: {answer.status}"
        self.look()
        return self

    def look(self):
        """axe finds nothing on this page, in French nor in English; then French again."""
        kind = ONE.sub("…", urlsplit(self.page.url).path)
        if kind in self.seen:
            return
        self.seen.add(kind)
        assert self.page.locator("html").get_attribute("lang") == "fr-CA"
        assert self.axe(self.page) == [], kind
        address = self.page.url.split("#")[0]
        if self.page.request.get(address, max_redirects=0).status == 200:
            self.page.goto(with_language(address, "en"))
            assert self.page.locator("html").get_attribute("lang") == "en-CA"
            assert self.axe(self.page) == [], f"{kind} in English"
            self.page.goto(with_language(address, "fr"))

    def fill(self, **fields):
        """Fill fields by their names; a dot in a name is written as two underscores."""
        for name, value in fields.items():
            self.write(name.replace("__", "."), value)
        return self

    def write(self, name, value):
        inputs = self.page.locator(f'main [name="{name}"]:not([type="hidden"])')
        tag, kind = inputs.first.evaluate("e => [e.tagName, e.type || '']")
        if kind in ("radio", "checkbox") and not isinstance(value, bool):
            for one in value if isinstance(value, list) else [value]:
                self.page.locator(f'main [name="{name}"][value="{one}"]').check()
        elif kind == "checkbox":
            inputs.first.set_checked(value)
        elif tag == "SELECT":
            inputs.first.select_option(str(value))
        elif kind == "file":
            inputs.first.set_input_files(value)
        else:
            inputs.first.fill(str(value))

    def press(self, words=None):
        """Press the page's one primary button (or the one of these words), and look at the page that follows."""
        button = (
            self.page.get_by_role("main").get_by_role("button", name=words).first
            if words
            else self.page.locator(PRIMARY).last
        )
        with self.page.expect_navigation():
            button.click()
        return self

    def send(self, words=None):
        """Press, and the page that follows has no error."""
        self.press(words)
        errors = self.page.locator("[data-error-summary], .notice--error")
        assert errors.count() == 0, f"{self.key} at {self.page.url}: {errors.first.inner_text()}"
        self.look()
        return self

    def reads(self, *texts):
        """Each text is on the page, whatever its spaces; what is folded is unfolded first."""
        self.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        shown = plain(self.page.get_by_role("main").inner_text())
        for text in texts:
            assert plain(text) in shown, f"{self.key} at {self.page.url} does not read “{text}”:\n{shown[:1500]}"
        return self

    def misses(self, *texts):
        shown = plain(self.page.get_by_role("main").inner_text())
        for text in texts:
            assert plain(text) not in shown, f"{self.key} at {self.page.url} reads “{text}”"
        return self

    def declare(self, path):
        """Declare no conflict of interest, and sign the undertaking where it is asked."""
        self.go(path).fill(answer="none")
        undertaking = self.page.locator('[name="undertaking"]')
        if undertaking.count():
            undertaking.check()
        return self.send()


def plain(text):
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


def with_language(address, code):
    return f"{address}{'&' if '?' in address else '?'}lang={code}"


def posted(question, value):
    """An answer as the inputs of its question: {name: value}."""
    if isinstance(value, bool):
        return {question: "yes" if value else "no"}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {f"{question}.{n}.{column}": cell for n, row in enumerate(value) for column, cell in row.items() if cell}
    if isinstance(value, dict):
        return {
            f"{question}.{key}.{name}" if isinstance(part, dict) else f"{question}.{key}": cell
            for key, part in value.items()
            for name, cell in (part.items() if isinstance(part, dict) else [("", part)])
        }
    return {question: value}
