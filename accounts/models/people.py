"""People. One account a person, whatever the number of roles they hold."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from accounts.models.clusters import Cluster
from accounts.querysets import TermQuerySet
from accounts.roles import ClusterRole, Language
from audit.actors import Assurance
from work import clock
from work.models import PublicModel
from work.names import address_key


class UserManager(BaseUserManager["User"]):
    def create_user(
        self,
        email: str,
        password: str | None = None,
        *,
        given_name: str = "",
        family_name: str = "",
        language: str = Language.FRENCH,
    ) -> "User":
        """Create a person who signs in with `email` (kept in lower case); no password means none works yet."""
        user = self.model(email=address_key(email), given_name=given_name, family_name=family_name, language=language)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def of_address(self, email: str) -> "User | None":
        """Whose account it is, however the address is typed; None when nobody's is."""
        return self.filter(email=address_key(email)).first()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=address_key(username))


class User(PublicModel, AbstractBaseUser):
    """A person. `actor` says which kind of actor the trail records."""

    actor = "person"
    on_behalf_of = ""
    assurance = Assurance()  # a request says how the person was recognised: accounts.middleware

    email = models.EmailField(unique=True)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FRENCH)
    title_fr = models.CharField(max_length=200, blank=True, help_text="Function, as a letter's signature shows it.")
    title_en = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["given_name", "family_name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_the_case"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or self.email

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.given_name or self.email


class ClusterAppointment(models.Model):
    """A cluster-wide role held by a person between two dates (the last one included)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="cluster_appointments")
    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=20, choices=ClusterRole.choices)
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = TermQuerySet["ClusterAppointment"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "cluster", "role"], name="cluster_role_held_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=ClusterRole.values), name="cluster_appointment_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
