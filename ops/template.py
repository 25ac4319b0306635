"""A test database that is migrated once and kept: a run of some tests starts on a copy of its own, in a second.

What is kept is the folder of a stopped cluster, named after what its database was made from: the migrations, the
packages, the settings. When one of these changes it is made anew, and the older one goes. Every run copies it and
throws its copy away: two runs at once disturb nobody, and what a test leaves behind no other run finds.
"""

import contextlib
import os
import shutil
from pathlib import Path

from ops import postgres
from ops.places import PYTHON, ROOT, VAR, digest, run, say
from ops.postgres import Cluster


def copied() -> Cluster:
    """A cluster of this run's own with the migrated test database in it, not started yet (`pytest --reuse-db`)."""
    cluster = postgres.own_for_tests()
    place = ready(cluster)
    cluster.remove()  # what a killed run of the same number left
    for folder in cluster.folders():
        cluster.account.own_folder(folder)
    cluster.data.rmdir()
    run(["cp", "-Rp", place, cluster.data], **cluster.account.options())
    return cluster


def ready(cluster: Cluster) -> Path:
    """Where the migrated database of this code is kept: made when it is not there."""
    place = place_of(cluster)
    if not place.is_dir():
        make(place)
    return place


def place_of(cluster: Cluster) -> Path:
    """Where the migrated database of this code is kept, whether it is there or not."""
    made_from = [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.txt", ROOT / "config" / "settings.py"]
    return cluster.data.parent / f"kept-{postgres.version(cluster.bin)}-{digest(*made_from)[:16]}"


def make(place: Path) -> None:
    """Migrate a test database in a cluster of its own and keep it as `place`, unless another run was first."""
    say("Migrating a test database, to be kept for the next runs")
    cluster = postgres.own_for_tests()
    settings = {"MODE": "test", "DATABASE_URL": cluster.url("passerelle"), "DATA_DIR": str(VAR / "test")}
    try:
        cluster.start()
        run([PYTHON, "-m", "ops.prepare", "tests"], cwd=ROOT, env={**os.environ, **settings})
        cluster.stop()
        with contextlib.suppress(OSError):  # another run was first
            cluster.data.rename(place)
    finally:
        cluster.remove()
    for older in place.parent.glob("kept-*"):
        if older != place:
            shutil.rmtree(older, ignore_errors=True)
