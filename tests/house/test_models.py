"""The model graph: what an import contract cannot see, because a foreign key may be named by a string."""

from django.apps import apps
from django.conf import settings

from tests.house.test_imports import APPS

# High to low, as in docs/architecture.md.
RANK = {app: place for place, app in enumerate(reversed(APPS))}


def test_no_foreign_key_points_up_but_to_people():
    faults = []
    for model in apps.get_models():
        app = model._meta.app_label
        if app not in RANK:
            continue
        for field in model._meta.get_fields():
            if not field.concrete or not field.is_relation or field.related_model is None:
                continue
            target = field.related_model._meta
            if target.label == settings.AUTH_USER_MODEL or target.app_label not in RANK:
                continue
            if RANK[target.app_label] > RANK[app]:
                faults.append(f"{model._meta.label}.{field.name} → {target.label}")
    assert faults == []


def test_every_public_model_has_an_identifier_of_its_own():
    """No internal key ever leaves: what has an address or an API row has a `public_id`."""
    named = [m for m in apps.get_models() if hasattr(m, "subject") and m._meta.app_label in RANK]
    assert [m._meta.label for m in named if not hasattr(m, "public_id")] == []
    assert len(named) >= 5
