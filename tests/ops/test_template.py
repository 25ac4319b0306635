"""The test database that is kept between runs: made anew when its migrations change, and never shared."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from ops import template


class FakeCluster:
    """A cluster whose server is nobody: its folder, and what is asked of it."""

    def __init__(self, home, name):
        self.data, self.bin = home / name, Path("/programs")
        self.account = SimpleNamespace(own_folder=lambda folder: folder.mkdir(exist_ok=True), options=dict)

    def folders(self):
        return [self.data]

    def url(self, database):
        return f"postgres:///{database}"

    def start(self):
        self.data.mkdir()
        (self.data / "PG_VERSION").write_text("15")

    def stop(self):
        (self.data / "stopped").touch()

    def remove(self):
        for path in sorted(self.data.rglob("*"), reverse=True):
            path.unlink()
        if self.data.exists():
            self.data.rmdir()


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A work tree with one migration, and runs numbered in the order they come; `made` says who migrated."""
    (tmp_path / "reviews" / "migrations").mkdir(parents=True)
    (tmp_path / "reviews" / "migrations" / "0001_initial.py").write_text("first")
    runs, commands = iter(range(100)), []

    def run(command, **options):
        commands.append([str(word) for word in command])
        if command[0] == "cp":
            command[3].mkdir()
            for path in command[2].iterdir():
                (command[3] / path.name).write_bytes(path.read_bytes())

    monkeypatch.setattr(template, "ROOT", tmp_path)
    monkeypatch.setattr("ops.places.ROOT", tmp_path)
    monkeypatch.setattr(template, "run", run)
    monkeypatch.setattr(template, "say", lambda text: None)
    monkeypatch.setattr(template.postgres, "version", lambda folder: 15)
    monkeypatch.setattr(template.postgres, "own_for_tests", lambda: FakeCluster(tmp_path, f"test-{next(runs)}"))
    return SimpleNamespace(
        path=tmp_path, made=lambda: sum(words[-2:] == ["ops.prepare", "tests"] for words in commands)
    )


def kept_in(home):
    return sorted(path.name for path in home.path.glob("kept-*"))


def test_second_run_copies_what_the_first_one_migrated(home):
    first, second = template.copied(), template.copied()
    assert home.made() == 1
    assert first.data != second.data
    assert [(run.data / "PG_VERSION").exists() for run in (first, second)] == [True, True]
    assert all((run.data / "stopped").exists() for run in (first, second)), "a server still wrote to what was copied"


def test_run_that_migrated_beforehand_only_copies(home):
    place = template.ready(template.postgres.own_for_tests())
    assert place.is_dir()
    template.copied()
    assert home.made() == 1


def test_changed_migration_makes_it_anew_and_the_older_one_goes(home):
    template.copied()
    before = kept_in(home)
    (home.path / "reviews" / "migrations" / "0001_initial.py").write_text("second")
    template.copied()
    assert home.made() == 2
    assert len(kept_in(home)) == 1
    assert kept_in(home) != before


def test_compiled_migration_is_not_a_change(home):
    template.copied()
    (home.path / "reviews" / "migrations" / "__pycache__").mkdir()
    (home.path / "reviews" / "migrations" / "__pycache__" / "0001_initial.pyc").write_bytes(b"compiled")
    template.copied()
    assert home.made() == 1


def test_run_that_was_second_to_migrate_leaves_nothing_behind(home, monkeypatch):
    place = template.place_of(FakeCluster(home.path, "test-0"))
    place.mkdir()
    (place / "PG_VERSION").write_text("of the first")
    template.make(place)
    assert (place / "PG_VERSION").read_text() == "of the first"
    assert [path.name for path in home.path.glob("test-*")] == []
