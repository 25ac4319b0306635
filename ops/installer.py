"""pip, where Python came without it (Debian's `python3` alone): a wheel, unpacked with the standard library.

Two roads, neither of which needs root. The package index that this machine is configured with (what pip and uv read):
the wheel's SHA-256 must be the one of ops/requirements/pip.txt before anything of it is executed. Else apt, which
checks the distribution's own wheel by its signatures; it is what is left where no index is configured, because the
systems that keep pip apart from Python are those that have apt.
"""

import base64
import configparser
import hashlib
import html.parser
import io
import os
import re
import shutil
import ssl
import tempfile
import urllib.parse
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ops.places import LOCKS, Stop, run, say

DEBIAN = "python3-pip-whl"  # apt's package that holds the wheel
PATIENCE = 30  # seconds for an index to answer


@dataclass(frozen=True)
class Index:
    """Where packages come from on this machine; `certificates` is a file of authorities, empty for the system's."""

    url: str
    certificates: str = ""


class NotThere(Exception):
    """This road leads nowhere on this machine; its text says why."""


def unpack_pip(folder: Path) -> None:
    """Put pip into the environment in `folder`, which has none. Raises Stop when neither road works."""
    reasons = []
    for road in (from_index, from_apt):
        try:
            wheel = road()
        except NotThere as reason:
            reasons.append(str(reason))
            continue
        (site_packages,) = folder.glob("lib/python3*/site-packages")
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            archive.extractall(site_packages)
        return
    raise Stop(
        "Python has no pip here and none could be fetched. On Debian and Ubuntu:"
        f" sudo apt-get install -y python3-venv\n({'; '.join(reasons)})"
    )


def from_index() -> bytes:
    """The wheel that ops/requirements/pip.txt names, from the configured index. Raises NotThere, Stop."""
    index = configured_index()
    if not index:
        raise NotThere("no package index is configured")
    version, hashes = locked()
    name = f"pip-{version}-py3-none-any.whl"
    page = f"{index.url.rstrip('/')}/pip/"
    try:
        address, text = fetch(page, index)
        links = Links(text.decode(errors="replace"))
        found = [link for link in links.found if urllib.parse.urlparse(link).path.endswith(f"/{name}")]
        found += [link for link in links.found if link.partition("#")[0] == name]
        if not found:
            raise NotThere(f"the package index has no {name}")
        say(f"Fetching {name} from this machine's package index")
        wheel = fetch(urllib.parse.urljoin(address, found[0]), index)[1]
    except (OSError, ValueError) as problem:
        raise NotThere(f"the package index does not answer ({type(problem).__name__})") from problem
    if hashlib.sha256(wheel).hexdigest() not in hashes:
        raise Stop(f"The package index gave another {name} than ops/requirements/pip.txt expects: it was not used.")
    return wheel


def from_apt() -> bytes:
    """The distribution's wheel, by apt with folders of its own: no root, its signatures checked. Raises NotThere."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise NotThere("there is no apt")
    say(f"Fetching pip with apt ({DEBIAN}); nothing is installed on the system")
    with tempfile.TemporaryDirectory() as place:
        for name in ("lists/partial", "cache/archives/partial"):
            (Path(place) / name).mkdir(parents=True)
        apt = ["apt-get", "-q", "-o", "Acquire::Languages=none", "-o", "Debug::NoLocking=true"]
        own = ["-o", f"Dir::State::Lists={place}/lists", "-o", f"Dir::Cache={place}/cache"]
        own += ["-o", "APT::Sandbox::User="]  # as root, apt's own user could not write here
        try:
            run([*apt, *own, "update"], cwd=place)
            run([*apt, *own, "download", DEBIAN], cwd=place)
            run(["dpkg-deb", "-x", *Path(place).glob("*.deb"), f"{place}/unpacked"])
        except Stop as reason:
            raise NotThere(f"apt could not download {DEBIAN}: {str(reason).splitlines()[-1]}") from reason
        for wheel in Path(place).glob("unpacked/usr/share/python-wheels/pip-*.whl"):
            return wheel.read_bytes()
    raise NotThere(f"apt's {DEBIAN} holds no wheel of pip")


def locked() -> tuple[str, set[str]]:
    """The version of pip and the SHA-256 digests that ops/requirements/pip.txt allows."""
    text = (LOCKS / "pip.txt").read_text()
    (version,) = re.findall(r"^pip==(\S+)", text, re.MULTILINE)
    return version, set(re.findall(r"sha256:([0-9a-f]{64})", text))


def configured_index() -> Index | None:
    """The index that the environment or pip's files name, in pip's own order of precedence; None when none does."""
    url = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "")
    certificates = os.environ.get("PIP_CERT", "")
    for path in configuration_files():
        told = read_configuration(path)
        url = url or told.get("index-url", "")
        certificates = certificates or told.get("cert", "")
    return Index(url, certificates) if url else None


MACHINE = Path("/etc/pip.conf")
VARIABLES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")


def configuration_files() -> list[Path]:
    """Where pip is configured, the strongest first: the file named by the environment, the person's, the machine's."""
    named = os.environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    home = Path(os.environ.get("HOME") or "/nonexistent")
    person = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    machine = (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    files = [Path(named)] if named else []
    files += [person / "pip" / "pip.conf", home / ".pip" / "pip.conf", MACHINE]
    return files + [Path(folder) / "pip" / "pip.conf" for folder in machine if folder]


def read_configuration(path: Path) -> dict[str, str]:
    """What `[install]`, then `[global]`, of one of pip's files says; empty when it is absent or cannot be read."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (OSError, ValueError, configparser.Error):
        return {}
    told = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            told.update({key.replace("_", "-"): value.strip() for key, value in parser.items(section)})
    return told


def fetch(url: str, index: Index) -> tuple[str, bytes]:
    """The final address and the content of `url`; the index's name and password go to its own host only.

    Raises OSError, ValueError.
    """
    parts = urllib.parse.urlsplit(url)
    home = urllib.parse.urlsplit(index.url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    request = urllib.request.Request(bare, headers={"Accept": "text/html", "User-Agent": "passerelle-setup"})
    same = (parts.scheme, parts.hostname, parts.port) == (home.scheme, home.hostname, home.port)
    if same and home.username:
        secret = f"{urllib.parse.unquote(home.username)}:{urllib.parse.unquote(home.password or '')}"
        request.add_unredirected_header("Authorization", f"Basic {base64.b64encode(secret.encode()).decode()}")
    context = ssl.create_default_context(cafile=index.certificates or None)
    with urllib.request.urlopen(request, timeout=PATIENCE, context=context) as answer:
        return answer.geturl(), answer.read()


class Links(html.parser.HTMLParser):
    """The addresses of the links of an index's page (PEP 503)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self.found.append(address)
