"""Who reads the envelopes: readers of the whole cluster, and those who handle the money of a programme.

Programmes stand above this app: they say at start who handles their money (`programs.apps`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, Q, QuerySet

from accounts.models import Cluster, User
from accounts.roles import CLUSTER_READERS
from accounts.rules import is_person
from audit.actors import Actor
from funding.models import Envelope, LedgerEntry
from moves.interests import barred_from


@dataclass(frozen=True)
class MoneyHandlers:
    """What a higher app knows of who handles the money that it spends."""

    is_one: Callable[[User], bool]  # whether a person is one today
    agreements: Callable[[User], QuerySet[Model, object]]  # the ids of the agreements whose money a person handles


_handlers: MoneyHandlers | None = None


def money_handled_by(handlers: MoneyHandlers) -> None:
    """The app that spends the money says who handles it, once, when it is ready: they read where it comes from."""
    global _handlers
    _handlers = handlers


def handlers() -> MoneyHandlers:
    """Who handles the money. ImproperlyConfigured, which stops the start, where no app has said."""
    if _handlers is None:
        raise ImproperlyConfigured("no app says who handles the money of its programmes")
    return _handlers


def reads_envelopes(user: object) -> bool:
    """Whether `user` holds a role today that reads envelopes."""
    if not is_person(user):
        return False
    return handlers().is_one(user) or Cluster.objects.served_by(user, *CLUSTER_READERS).exists()


def envelopes_of(user: object) -> QuerySet[Envelope]:
    """The envelopes that `user` may read today, agreement by agreement: those of clusters whose books they read, and
    those of agreements whose money they handle. None for a partner's people, who read theirs in their reports."""
    if not is_person(user):
        return Envelope.objects.none()
    clusters = Cluster.objects.served_by(user, *CLUSTER_READERS)
    handled = handlers().agreements(user)
    read = Q(agreement__cluster__in=clusters.values("pk")) | Q(agreement__in=handled)
    return Envelope.objects.filter(read).by_agreement()


def leaves_out(user: Actor) -> bool:
    """Whether some file is closed to `user`, whatever it comes to: then the figures that they read are said to leave it
    out until its letter has left. Asked of the bar alone, so that the sentence tells nothing of the file's money."""
    return barred_from(user).exists()


def entries_open_to(user: Actor) -> QuerySet[LedgerEntry]:
    """The entries of the ledger from which a member of staff may compute: without those of the files that are closed to
    them, until their letters leave. Balances are then the sums of these (`figures.as_read`)."""
    return LedgerEntry.objects.open_to(barred_from(user))
