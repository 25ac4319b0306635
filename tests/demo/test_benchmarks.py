"""The benchmark of pages measures pages that answer, counts what they send, and leaves nothing behind."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from accounts.models import Cluster
from audit.models import Reading
from benchmarks import pages
from benchmarks._watch import bare, watched
from demo import seed
from demo.seed import world as seed_world
from reviews.models import Score
from work import clock

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.fixture
def filled(programme, cast, monkeypatch):
    monkeypatch.setattr(seed_world, "REVIEWERS", 9)
    with clock.at(NOW):
        seed.seed(150, say=lambda line: None)


def test_every_page_answers_and_is_counted(filled, settings, capsys, monkeypatch):
    monkeypatch.setattr(pages, "WARM_UP", 1)  # what is asked here is whether they answer, not how fast
    settings.ALLOWED_HOSTS = ["testserver"]
    counts = {}
    options = SimpleNamespace(times=1, only="", explain=None)
    with clock.at(NOW):
        pages.measure_all(150, options, counts)
    assert [name for name, seen in counts.items() if seen[150] is None] == []
    assert len(counts) == len(pages.pages())
    assert all(seen[150] > 0 for seen in counts.values())


def test_what_a_measured_page_writes_is_undone(filled, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    before = (Reading.objects.count(), list(Score.objects.order_by("pk").values_list("version", flat=True)))
    save = next(page for page in pages.pages() if page.data)
    client = pages.signed_in(pages.users()[save.who])
    with clock.at(NOW):
        for _n in range(2):
            answer, watch, _ms = watched(lambda: client.post(save.url, save.data))
            assert answer.status_code == 200
            bare(watch.statements)
    assert any("UPDATE" in sql and "reviews_score" in sql for sql, _params, _many in watch.statements)
    assert before == (Reading.objects.count(), list(Score.objects.order_by("pk").values_list("version", flat=True)))


def test_watched_counts_statements_and_no_savepoint(world):
    clusters, watch, _ms = watched(lambda: Cluster.objects.count())
    assert clusters == 1
    assert len(watch.statements) == 1


@pytest.mark.parametrize(
    ("seen", "answer"),
    [
        ({1000: 10, 100000: 10}, 0),
        ({1000: 10, 100000: 11}, 1),
        ({1000: None, 100000: None}, 1),
    ],
)
def test_verdict_is_one_when_a_page_grows_or_does_not_answer(seen, answer, capsys):
    assert pages.verdict({"list": seen}) == answer
