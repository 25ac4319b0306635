import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import translation

from notifications.models import Message
from work.models import bilingual, state_check


class Named:
    """Something with a name in both languages."""

    name = bilingual("name")

    def __init__(self, name_fr, name_en):
        self.name_fr, self.name_en = name_fr, name_en


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", "Grappe"), ("en", "Cluster"), ("en-ca", "Cluster"), ("de", "Grappe"), (None, "Grappe")],
)
def test_a_bilingual_text_reads_in_the_language_that_is_on(language, expected):
    with translation.override(language):
        assert Named("Grappe", "Cluster").name == expected


def test_a_bilingual_text_falls_back_on_the_other_language_when_empty():
    with translation.override("en"):
        assert Named("Grappe", "").name == "Grappe"
    with translation.override("fr"):
        assert Named("", "Cluster").name == "Cluster"


class Light(models.TextChoices):
    RED = "red", "Red"
    GREEN = "green", "Green"


def test_a_state_check_takes_choices_or_values_and_is_named_after_its_model():
    for states in (Light, ["red", "green"]):
        check = state_check("state", states)
        assert check.condition == models.Q(state__in=["red", "green"])
        assert check.name == "%(app_label)s_%(class)s_state_known"


@pytest.mark.django_db
def test_what_waits_has_an_index_that_what_is_done_does_not_fill():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'notifications_message_todo'")
        (definition,) = cursor.fetchone()
    assert definition.endswith("(due, id) WHERE (done_at IS NULL)")


@pytest.mark.django_db
def test_the_database_refuses_a_language_nobody_writes():
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(key="x", kind="letter", address="x@example.org", language="de")
