"""The life of a letter. Who and when are in `letters.rules`."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, FSMField

from letters import rules
from letters.states import LetterState
from moves.rules import has_a_reason
from moves.transitions import Reason, nobody, transition
from work import clock


class LetterLife(models.Model):
    """Queued, rendered, signed where a certificate is configured, sent, served; or failed, and why."""

    state = FSMField(default=LetterState.QUEUED, choices=LetterState.choices, protected=True, editable=False)
    sent_at: datetime | None
    done_at: datetime | None
    failed_from = models.CharField(max_length=10, blank=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        field=state, source=LetterState.QUEUED, target=LetterState.RENDERED, permission=rules.is_the_clock, duty=None,
        done=_("Letter rendered"), given=rules.Drawn,
    )
    def render(self) -> None:
        """The PDF exists; the same decision always renders to the same bytes."""

    @transition(
        field=state, source=LetterState.RENDERED, target=LetterState.SIGNED, permission=rules.is_the_clock, duty=None,
        done=_("Letter signed"), facts=rules.Certificate, when=[rules.has_a_certificate],
    )
    def sign(self) -> None:
        """With the cluster's certificate.

        Not yet: the signature of letters will, once a cluster has a certificate.
        """

    @transition(
        field=state, source=[LetterState.RENDERED, LetterState.SIGNED], target=LetterState.SENT,
        permission=rules.is_the_clock, duty=None,
        done=_("Letter sent"), facts=rules.Certificate, when=[rules.goes_unsigned_only_without_certificate],
    )
    def send(self) -> None:
        """The mail server took it: from now on the applicant may know."""
        self.sent_at = self.done_at = clock.now()

    @transition(
        field=state, source=LetterState.SENT, target=LetterState.SERVED, permission=rules.is_letter_reader, duty=None,
        despite_conflict=rules.is_letter_reader,
        done=_("Letter received"), given=rules.Service, when_given=[rules.is_read_or_presumed],
    )
    def serve(self) -> None:
        """Read, or presumed received five business days after sending: delays run from here."""

    @transition(
        field=state, source=[LetterState.QUEUED, LetterState.RENDERED, LetterState.SIGNED, LetterState.SENT],
        target=LetterState.FAILED, permission=rules.is_the_clock, duty=None, done=_("Letter failed"),
    )
    def fail(self) -> None:
        """Three attempts, and why in `last_error`."""
        self.failed_from = self.state

    @transition(
        field=state, source=LetterState.FAILED,
        target=GET_STATE(
            lambda self: self.failed_from,
            states=[LetterState.QUEUED, LetterState.RENDERED, LetterState.SIGNED, LetterState.SENT],
        ),
        permission=rules.is_letter_officer, duty=None, label=_("Try again"), done=_("Letter retried"),
    )
    def retry(self) -> None:
        """Back to where it was."""

    @transition(
        field=state, source=[LetterState.QUEUED, LetterState.RENDERED, LetterState.SIGNED, LetterState.FAILED],
        target=LetterState.WITHHELD, permission=nobody, duty=None, done=_("Letter withheld"),
        facts=rules.Leaving, given=Reason, fired=True,
        when=[rules.is_not_leaving], when_given=[has_a_reason],
    )
    def withhold(self) -> None:
        """What it tells was undone before it left: it never leaves."""
