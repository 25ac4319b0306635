"""Messages that wait to say that a decision was sent back say where in one text. What they said before stays beside."""

from django.db import migrations

WENT = {
    "to_panel": {
        "fr": "Le dossier est de retour devant son comité, qui recommande de nouveau.",
        "en": "The file is back at its committee, which recommends again.",
    },
    "to_screening": {
        "fr": "Le dossier est de nouveau à l’analyse d’admissibilité\u00a0: chaque point de la liste de vérification est à "
        "revoir.",
        "en": "The file is back in screening: each item of its checklist is looked at again.",
    },
}


def fill(apps, _schema_editor):
    waiting = apps.get_model("notifications", "Message").objects.filter(kind="decision_sent_back", sent_at=None)
    for message in waiting.exclude(context__has_key="back_to"):
        said = message.context
        went = [words for name, words in WENT.items() if said.get(name)]
        if went:
            message.context = said | {"back_to": went[0]}
            message.save(update_fields=["context"])


class Migration(migrations.Migration):
    dependencies = [("notifications", "0013_concurrence_void")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
