"""The one clock of a file, on its row: started, counted again after whatever moves it, stopped."""

from datetime import datetime, timedelta

from applications.models import Application
from applications.selectors.deadlines import clock_of


def start_clock(application: Application) -> None:
    """The clock that the file has from now on runs (`applications.selectors.deadlines:clock_of`)."""
    delay = clock_of(application)
    left = delay.left if delay else None
    _write(application, delay.due if delay else None, None if left is None else timedelta(days=left))


def keep_clock(application: Application) -> None:
    """Counted again: changes were asked, answered or no longer asked, or the closing that it counts from moved. A clock
    that was stopped stays so."""
    if application.due is not None or application.due_left is not None:
        start_clock(application)


def stop_clock(application: Application) -> None:
    """Decided, or gone: nothing is due."""
    _write(application, None, None)


def _write(application: Application, due: datetime | None, left: timedelta | None) -> None:
    application.due, application.due_left = due, left
    application.save(update_fields=["due", "due_left"])
