"""The industry clusters that share an installation, and their working groups."""

from django.core.validators import RegexValidator
from django.db import models

from accounts.querysets import ClusterQuerySet
from work.models import PublicModel, bilingual

hex_colour = RegexValidator(r"^#[0-9a-fA-F]{6}$")


class Cluster(PublicModel):
    """An industry cluster: its name, its brand and the address its letters carry."""

    slug = models.SlugField(unique=True)
    name_fr = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    name = bilingual("name")
    address_fr = models.TextField(blank=True)
    address_en = models.TextField(blank=True)
    address = bilingual("address")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    colour_ink = models.CharField(max_length=7, default="#12294b", validators=[hex_colour])
    colour_accent = models.CharField(max_length=7, default="#c2410c", validators=[hex_colour])
    mostly_funded_by_quebec = models.BooleanField(
        default=True,
        help_text="Federal money then needs an authorisation (decree) before any award is issued.",
    )

    objects = ClusterQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name_fr


class WorkingGroup(PublicModel):
    """A working group (chantier) of a cluster: supply chain, human resources, innovation…"""

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="working_groups")
    key = models.SlugField()
    name_fr = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    name = bilingual("name")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cluster", "key"], name="working_group_key_unique")]

    def __str__(self) -> str:
        return self.name_fr
