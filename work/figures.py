"""What waits for a person, as every room tells it: `figures.work_for(user)` answers a list of these lines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

MOST = 40  # lines a room tells at once, the soonest due first: a day's work, and a page that stays quick


@dataclass(frozen=True)
class WorkLine:
    """One thing to do, or to wait for.

    `what` is the act ("Review"), `label` the thing (reference and title), `url_name` and `url_args` its page. `role` is
    the hat worn for it ("reviewer", "officer", "company"…). `waits_for` names who else must act first; empty when it
    is this person's turn. `due` is None where no clock runs.
    """

    what: Any
    label: str
    url_name: str
    url_args: tuple = ()
    due: datetime | None = None
    role: str = ""
    waits_for: Any = ""
    note: str = ""
