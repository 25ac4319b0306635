"""A worker's child that has grown past its measure is replaced between two tasks, and no document pays for it."""

import pytest

from tests.faults.stand import site_up, until

pytestmark = [pytest.mark.slow, pytest.mark.renders]

QUEUE = """
from documents.services import queue_rendering
from documents.states import RenderingKind
for n in range(60):
    queue_rendering(RenderingKind.RECEIPT, html=f"<h1>Note {n}</h1>", title=f"Note {n}", language="en", key=f"note:{n}")
"""
STATE = """
from documents.models import Rendering
print(Rendering.objects.filter(done_at=None).count(), Rendering.objects.exclude(attempts=1).count())
"""


def test_child_past_its_memory_is_replaced_and_every_document_is_made_once(tmp_path):
    """WeasyPrint alone holds more than this measure, so each task of at most 25 documents ends a child."""
    with site_up(tmp_path / "site", WORKER_MEMORY_MB="100") as stand:
        stand.run(QUEUE)
        children = set()

        def all_made():
            children.update(stand.pids("worker child"))
            return len(list((stand.folder / "files" / "renderings").glob("*/*.pdf"))) == 60

        until(all_made, 120, "the documents were not all made")
        assert stand.run(STATE).split() == ["0", "0"]
        assert len(children) >= 3
        assert stand.processes()["worker"].restarts == 0
