"""The set-up where a person's home gives no room."""

import os

import pytest

from ops import places


@pytest.fixture
def caches(monkeypatch, tmp_path):
    for name in ("XDG_CACHE_HOME", "NPM_CONFIG_CACHE"):
        monkeypatch.setenv(name, "before")  # so that what the set-up writes is undone after the test
        monkeypatch.delenv(name)
    monkeypatch.setattr(places, "VAR", tmp_path / "var")
    return lambda: (os.environ.get("XDG_CACHE_HOME"), os.environ.get("NPM_CONFIG_CACHE"))


def test_caches_stay_in_the_work_tree_where_there_is_no_home(caches, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "absent"))
    places.keep_caches()
    assert caches() == (str(tmp_path / "var" / "cache"), str(tmp_path / "var" / "cache" / "npm"))
    assert (tmp_path / "var" / "cache").is_dir()


def test_caches_stay_where_the_person_keeps_them(caches, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    places.keep_caches()
    assert caches() == (None, None)

    monkeypatch.setenv("HOME", str(tmp_path / "absent"))
    monkeypatch.setenv("XDG_CACHE_HOME", "/theirs")
    places.keep_caches()
    assert caches()[0] == "/theirs"
