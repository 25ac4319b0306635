"""What every test may ask for: databases that commit, a clock, and for the slow ones a running site and a browser.

The cast (people, organisations, programmes with names) is in tests/cast.py.
"""

import gc
import uuid
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from ops.prepare import compile_translations
from tests import databases, servers

pytest_plugins = ["tests.cast", "tests.mutants"]


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # once, before the workers of xdist start
        compile_translations()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """What needs the PDF engine is skipped where its system libraries or fonts are absent: no test fails for them."""
    if item.get_closest_marker("renders"):
        from documents import pdf

        reason = pdf.why_not()
        if reason:
            pytest.skip(f"this machine cannot render documents. {reason}")


def pytest_collection_finish(session):
    gc.collect()
    gc.freeze()  # what is imported stays: the collector need not walk it again for each test


# How fast examples come says what else this machine does, never whether the product is right.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def own_files_and_cache(settings, scratch):
    """Each test has its own empty storage and cache: neither a file nor a rate limit outlives it."""
    from django.core.cache import cache

    settings.MEDIA_ROOT = scratch / uuid.uuid4().hex  # made only when something is stored
    settings.STORAGE_RECORDS = scratch / "records"
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    cache.clear()


@pytest.fixture(autouse=True)
def own_memory_of_outages():
    """What one test missed, no other test finds again; and no sweep is late for the length of the suite.

    Not by the test's own `monkeypatch`: what that one patched keeps tests.kept from copying anything.
    """
    from work import clock, outages, sweeps

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(outages, "_without_database", None)
        patches.setattr(sweeps, "_started", clock.now())  # as if each test were a process of its own
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_blocker, django_db_modify_db_settings, django_db_keepdb, django_db_createdb
):
    """The test database, always. pytest-django's own makes it only when a test names `db` in its signature; one that
    asks for `store` or `committed_db` alone would then write to the real database."""
    with django_db_blocker.unblock():
        if django_db_keepdb and not django_db_createdb:
            databases.copy_what_is_migrated()
        made = setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb and not django_db_createdb)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture
def committed_db(request, django_db_setup, django_db_blocker):
    """A clone of the test database where commits are real, and other threads see them; gone after the test.

    Never together with the `db` fixture or the django_db mark, which hold a transaction open on the original.
    """
    if {"db", "transactional_db"} & set(request.fixturenames):
        pytest.fail("committed_db replaces db: a test, or a fixture it uses, asks for both.")
    with (
        django_db_blocker.unblock(),
        databases.clone("committed") as name,
        databases.pointed_at(name),
    ):
        yield name


@pytest.fixture
def store(request):
    """For fixtures of the cast: the committed clone when the test asked for it, else the usual transaction."""
    if "committed_db" in request.fixturenames:
        return request.getfixturevalue("committed_db")
    return request.getfixturevalue("db")


@pytest.fixture
def clock_at():
    """`clock_at(instant)`: from here to the end of the test it is that instant."""
    from work import clock

    with ExitStack() as stack:
        yield lambda instant: stack.enter_context(clock.at(instant))


@pytest.fixture(scope="session")
def served(tmp_path_factory, django_db_setup, django_db_blocker):
    """A real site for the slow tests: gunicorn and a Celery worker, own database and files, in demo mode.

    One for the whole run: a story that must not meet another's data makes its own organisation.
    """
    with (
        django_db_blocker.unblock(),
        databases.clone("served") as name,
        servers.serve(tmp_path_factory.mktemp("served"), name) as site,
    ):
        yield site


@pytest.fixture(scope="module")
def browser():
    """Chromium, one a module: one that dies takes no other module's tests with it."""
    with servers.open_browser() as opened:
        yield opened


@pytest.fixture
def new_page(browser, served):
    """`new_page()`: a page with a session of its own, as another person at another desk would have.

    At the end, a page that tried what the content security policy forbids fails the test.
    """
    forbidden = []
    with ExitStack() as stack:

        def open_page(*, width=1280, height=900, **options):
            context = browser.new_context(
                base_url=served.url, locale="fr-CA", viewport={"width": width, "height": height}, **options
            )
            stack.callback(context.close)
            page = context.new_page()
            page.on(
                "console",
                lambda said: forbidden.append(said.text) if "Content Security Policy" in said.text else None,
            )
            return page

        yield open_page
    assert forbidden == []


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def axe():
    """`axe(page)`: what axe-core finds on the page as it stands, a list that should be empty."""
    return servers.axe_violations
