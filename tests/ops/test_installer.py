"""pip where Python came without it: from the configured index, its hash checked; else from apt; never as root."""

import base64
import hashlib
import io
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ops import installer, python, system
from ops.places import Stop

NAME = "pip-9.9-py3-none-any.whl"


def wheel(word="pip"):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("pip/__init__.py", f"# {word}\n")
    return made.getvalue()


@contextmanager
def answering(pages):
    """A web server of loopback that gives `pages` (path → bytes, or an address to go to); yields it and who asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Authorization")))
            answer = pages.get(self.path)
            self.send_response(404 if answer is None else 302 if isinstance(answer, str) else 200)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            self.end_headers()
            if isinstance(answer, bytes):
                self.wfile.write(answer)

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine where nothing is configured, whose lock wants `wheel()`, and where apt would be noticed."""
    for name in (*installer.VARIABLES, "PIP_CERT", "PIP_CONFIG_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "xdg"))
    monkeypatch.setattr(installer, "MACHINE", tmp_path / "etc" / "pip.conf")
    (tmp_path / "locks").mkdir()
    digest = hashlib.sha256(wheel()).hexdigest()
    (tmp_path / "locks" / "pip.txt").write_text(f"pip==9.9 \\\n    --hash=sha256:{digest}\n")
    monkeypatch.setattr(installer, "LOCKS", tmp_path / "locks")
    monkeypatch.setattr(installer, "from_apt", lambda: wheel("from apt"))
    return tmp_path


@pytest.fixture
def environment(tmp_path):
    """The folder of a virtual environment, as far as pip's unpacking is concerned."""
    folder = tmp_path / "environment"
    (folder / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    return folder


def unpacked(folder):
    found = folder / "lib" / "python3.11" / "site-packages" / "pip" / "__init__.py"
    return found.read_text().strip("# \n") if found.exists() else None


def configure(path, **told):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[global]\n" + "".join(f"{key.replace('_', '-')} = {value}\n" for key, value in told.items()))


def test_wheel_comes_from_the_configured_index(machine, environment, monkeypatch):
    link = f'<a href="../../files/pip-9.8-py3-none-any.whl">old</a><a href="../../files/{NAME}#sha256=x">pip</a>'
    with answering({"/simple/pip/": link.encode(), f"/files/{NAME}": wheel()}) as (host, asked):
        monkeypatch.setenv("PIP_INDEX_URL", f"http://{host}/simple")
        installer.unpack_pip(environment)

    assert unpacked(environment) == "pip"
    assert [path for path, _secret in asked] == ["/simple/pip/", f"/files/{NAME}"]


def test_wheel_with_another_hash_is_refused_and_no_other_road_is_tried(machine, environment, monkeypatch):
    pages = {"/simple/pip/": f'<a href="{NAME}">pip</a>'.encode(), f"/simple/pip/{NAME}": wheel("not pip")}
    with answering(pages) as (host, _asked):
        monkeypatch.setenv("PIP_INDEX_URL", f"http://{host}/simple/")
        with pytest.raises(Stop, match="gave another pip-9"):
            installer.unpack_pip(environment)

    assert unpacked(environment) is None


@pytest.mark.parametrize("pages", [{}, {"/simple/pip/": b"<a href='pip-9.8-py3-none-any.whl'>old</a>"}])
def test_index_without_the_wheel_leaves_it_to_apt(machine, environment, monkeypatch, pages):
    with answering(pages) as (host, _asked):
        monkeypatch.setenv("PIP_INDEX_URL", f"http://{host}/simple/")
        installer.unpack_pip(environment)

    assert unpacked(environment) == "from apt"


def test_without_an_index_it_is_apt(machine, environment):
    installer.unpack_pip(environment)

    assert unpacked(environment) == "from apt"


def test_without_either_one_sentence_says_the_command(machine, environment, monkeypatch):
    def nothing():
        raise installer.NotThere("there is no apt")

    monkeypatch.setattr(installer, "from_apt", nothing)
    with pytest.raises(Stop) as told:
        installer.unpack_pip(environment)

    assert str(told.value) == (
        "Python has no pip here and none could be fetched. On Debian and Ubuntu: sudo apt-get install -y python3-venv\n"
        "(no package index is configured; there is no apt)"
    )


@pytest.mark.parametrize("road", ["link", "redirection"])
def test_name_and_password_of_an_index_reach_its_own_host_only(machine, environment, monkeypatch, road):
    with answering({f"/{NAME}": wheel()}) as (files, asked_of_files):
        elsewhere = f"http://localhost:{files.rpartition(':')[2]}/{NAME}"
        address = elsewhere if road == "link" else f"/there/{NAME}"
        pages = {"/pip/": f'<a href="{address}">pip</a>'.encode(), f"/there/{NAME}": elsewhere}
        with answering(pages) as (host, asked):
            monkeypatch.setenv("PIP_INDEX_URL", f"http://ana:p%40ss@{host}")
            installer.unpack_pip(environment)

    assert {secret for _path, secret in asked} == {f"Basic {base64.b64encode(b'ana:p@ss').decode()}"}
    assert asked_of_files == [(f"/{NAME}", None)]


def test_index_is_the_one_pip_would_take(machine, monkeypatch):
    """From the weakest to the strongest: each is added, and wins over those before it."""
    assert installer.configured_index() is None
    home = machine / "home"
    for name, path in (
        ("xdg", machine / "xdg" / "pip" / "pip.conf"),
        ("etc", machine / "etc" / "pip.conf"),
        ("legacy", home / ".pip" / "pip.conf"),
        ("person", home / ".config" / "pip" / "pip.conf"),
        ("named", machine / "named.conf"),
    ):
        configure(path, index_url=f"https://{name}.example/simple", cert=f"/{name}.pem")
        if name == "named":
            monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
        assert installer.configured_index() == installer.Index(f"https://{name}.example/simple", f"/{name}.pem")
    monkeypatch.setenv("UV_INDEX_URL", "https://uv.example/simple")
    assert installer.configured_index().url == "https://uv.example/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://environment.example/simple")
    assert installer.configured_index().url == "https://environment.example/simple"
    monkeypatch.delenv("PIP_INDEX_URL")
    monkeypatch.delenv("UV_INDEX_URL")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    assert installer.configured_index() is None


def test_uv_is_told_the_index_that_pip_is_configured_with(machine, monkeypatch):
    configure(machine / "etc" / "pip.conf", index_url="https://mirror.example/simple", cert="/etc/ours.pem")
    for name in ("SSL_CERT_FILE", "UV_DEFAULT_INDEX"):
        monkeypatch.delenv(name, raising=False)
    told = python.uv_environment()
    assert (told["UV_DEFAULT_INDEX"], told["SSL_CERT_FILE"]) == ("https://mirror.example/simple", "/etc/ours.pem")

    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert python.uv_environment()["UV_DEFAULT_INDEX"] == "https://own.example/simple"


def test_locked_wheel_has_a_hash():
    version, digests = installer.locked()
    assert version[0].isdigit()
    assert all(len(digest) == 64 for digest in digests)
    assert len(digests) >= 1


def test_what_needs_root_is_asked_for_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(system, "IS_ROOT", False)
    monkeypatch.setattr(system, "has_apt", lambda: True)
    monkeypatch.setattr(system, "missing", list)
    system.provide(["one", "two"], what_for="Letters in PDF")

    assert capsys.readouterr().out == (
        "! Letters in PDF needs one command:"
        " sudo apt-get install --no-install-recommends -y one two (going on without)\n"
    )
