"""What letters say, letters, and to whom each is sent."""

from django.conf import settings
from django.db import models

from applications.models import Application
from audit.states import ChangeKind
from documents.models import Rendering
from letters.querysets import LetterQuerySet, TemplateQuerySet
from letters.states import LetterKind, LetterState
from letters.workflow import LetterLife
from notifications.models import Message
from programs.models import Program
from work import clock
from work.models import PublicModel, WorkItem


class LetterTemplate(PublicModel):
    """What a programme's letters of one kind say, in both languages; each change is a new version.

    Its texts use the fields that the apps declare in `letters.fields`.
    """

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="letter_templates")
    kind = models.CharField(max_length=20, choices=LetterKind.choices)
    number = models.PositiveIntegerField(default=1)
    subject_fr = models.CharField(max_length=250)
    subject_en = models.CharField(max_length=250)
    body_fr = models.TextField()
    body_en = models.TextField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        db_table = "programs_lettertemplate"  # where its rows were before letters had an app
        constraints = [
            models.UniqueConstraint(fields=["program", "kind", "number"], name="letter_template_version_unique"),
            models.CheckConstraint(condition=models.Q(kind__in=LetterKind.values), name="letter_template_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.program} · {self.kind} v{self.number}"


class Letter(PublicModel, LetterLife, WorkItem):
    """One letter about a file. `code` verifies it on the public page. Its HTML is frozen when it is queued.

    It does not know what it is about: its subject, in a higher app, holds the key to it.
    """

    subject = "letter"
    change_kind = ChangeKind.LETTER

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    template = models.ForeignKey(LetterTemplate, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=LetterKind.choices)
    code = models.CharField(max_length=16, unique=True)
    language = models.CharField(max_length=2, help_text="Of the title and of the text that prevails.")
    regime = models.CharField(max_length=20)
    subject_line = models.CharField(max_length=250)
    html = models.TextField()
    rendering = models.OneToOneField(Rendering, on_delete=models.PROTECT, null=True, blank=True, related_name="letter")
    at = models.DateTimeField(default=clock.now)
    since = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        db_table = "decisions_letter"  # where its rows were before it had an app
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=LetterState.values), name="decisions_letter_state_known"
            )
        ]
        indexes = [models.Index(fields=["state", "due"], name="letter_waiting")]

    def __str__(self) -> str:
        return self.code

    @property
    def document(self) -> Rendering:
        """Its PDF, made or still to make."""
        assert self.rendering is not None  # `services.queue_letter` queues one with every letter
        return self.rendering


class Dispatch(models.Model):
    """A letter to one person, and the message that takes it there."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="dispatches")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "person"], name="dispatch_once")]

    def __str__(self) -> str:
        return f"{self.letter} · {self.person}"
