"""Keys of the partner's API, and the log of its calls that the partner can see."""

from django.conf import settings
from django.db import models

from audit.actors import Assurance, Method
from funding.models import Partner
from reports.states import KeyState, Scope
from work import clock
from work.models import PublicModel


class ApiKey(PublicModel):
    """A key of one partner. Shown once; only its SHA-256 is kept. `prefix` finds the row and names the key. It reads
    what its partner may, less the files that are closed to whoever made it."""

    subject = "api_key"
    actor = "key"
    assurance = Assurance(Method.KEY)

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scope = models.CharField(max_length=20, choices=Scope.choices, default=Scope.READ)
    networks = models.JSONField(default=list, blank=True, help_text="Allowed networks in CIDR; empty allows all.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(scope__in=Scope.values), name="api_key_scope_known")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    is_active = True

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def on_behalf_of(self) -> str:
        """The partner the key reads for, as the trail names it."""
        return self.partner.short_name

    @property
    def state(self) -> KeyState:
        """What the clock and the partner made of the key: a `KeyState`."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        return KeyState.EXPIRED if clock.now() >= self.expires_at else KeyState.ACTIVE


class ApiCall(models.Model):
    """One call of the API, as the partner sees it in its log: by one of its keys, or by one of its people."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="api_calls")
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, null=True, blank=True, related_name="calls")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField()
    rows = models.PositiveIntegerField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["key", "-at", "-id"], name="api_call_log"),
            models.Index(fields=["partner", "-at", "-id"], name="api_call_partner_log"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(key__isnull=False, user__isnull=True)
                | models.Q(key__isnull=True, user__isnull=False),
                name="api_call_by_a_key_or_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def resource(self) -> str:
        """The address of what was asked, without the row and without the question: `/api/v1/awards`."""
        return "/".join(self.path.partition("?")[0].split("/")[:4])
