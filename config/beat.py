"""The clock of the sweeps: nothing kept on disk, and nothing that a broker does ends it (docs/adr/0008).

Two of them at once ask for each sweep twice, which costs a little work and breaks nothing: sweeps only drain tables.
"""

import logging
from datetime import timedelta

from celery import beat
from kombu import Connection, Producer
from kombu.exceptions import OperationalError
from kombu.utils.objects import cached_property

log = logging.getLogger("passerelle.beat")

PATIENCE = 5  # seconds between two tries of a broker that is away
# Without a read limit, a broker that answers nothing would hold the clock; without confirmation, what is written to
# a connection that has just died would count as sent.
AMQP_OPTIONS = {"confirm_publish": True, "read_timeout": 5, "write_timeout": 5}
LONG_AGO = timedelta(days=366)
AHEAD = timedelta(seconds=2)  # that two readings of a clock may differ by


class SweepScheduler(beat.Scheduler):
    """Every sweep is due at start; one that could not be asked for is asked for again within seconds."""

    max_interval = 5
    producer = None  # Celery's would connect before an entry is looked at, and an entry whose turn that was be lost
    away = False  # the broker did not take the last one

    def setup_schedule(self) -> None:
        """Read `beat_schedule`; what ran last, and when, is not known and need not be."""
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - LONG_AGO

    def tick(self, **options: object) -> float:
        """Ask for the next sweep that is due. Gives the seconds to wait; whatever happens, it returns."""
        self.forget_the_future()
        try:
            wait = super().tick(**options)
        except Exception as problem:
            self.give_up(problem)
        else:
            if not self.away:
                return wait
        self.away = False
        return PATIENCE

    def forget_the_future(self) -> None:
        """A clock that was set back: what ran "later" is due now, not when that hour comes again."""
        for entry in self.schedule.values():
            if entry.last_run_at > entry.default_now() + AHEAD:
                log.warning("The clock was set back: the sweep %s is due", entry.name)
                entry.last_run_at = entry.default_now() - LONG_AGO
                self._heap = None  # built again from the entries

    def apply_entry(self, entry: beat.ScheduleEntry, producer: None = None) -> None:
        """Ask for one sweep. A fault of the broker leaves it due; one of the entry alone waits for its next time."""
        try:
            self.apply_async(entry, producer=self.publisher, advance=False)
        except Exception as problem:
            cause = problem.__cause__ or problem.__context__ or problem
            if not isinstance(cause, self.faults) and not isinstance(problem, self.faults):
                log.exception("The sweep %s could not be asked for", entry.name)
                return
            self.schedule[entry.name].last_run_at = entry.last_run_at
            self.give_up(problem)

    @property
    def faults(self) -> tuple[type[BaseException], ...]:
        """What says that the broker, not the entry, is at fault."""
        return (OperationalError, OSError, *self.connection.connection_errors, *self.connection.channel_errors)

    def give_up(self, problem: Exception) -> None:
        """Forget the connection without a word to the other side, which may never answer; look again later."""
        log.warning("The broker took no sweep (%s); again in %d seconds", problem, PATIENCE)
        self.away = True
        self._heap = None  # built again from the entries, this one still due
        self.__dict__.pop("publisher", None)
        connection = self.__dict__.pop("connection", None)
        if connection is not None:
            try:
                connection.collect()
            except Exception as nothing_left:
                log.debug("The old connection could not be closed: %s", nothing_left)

    @cached_property
    def connection(self) -> Connection:
        connection = self.app.connection_for_write()
        if connection.transport.driver_type == "amqp":
            return connection.clone(transport_options={**connection.transport_options, **AMQP_OPTIONS})
        return connection

    @cached_property
    def publisher(self) -> Producer:
        """Connected by one try: Celery's own, told to try for ever, would hold the clock."""
        self.connection.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE)
        return self.Producer(self.connection, auto_declare=False)

    def close(self) -> None:
        self.__dict__.pop("publisher", None)
        super().close()
