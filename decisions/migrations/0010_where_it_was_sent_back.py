"""A return keeps where the decision was sent back to: filled from the trail, which kept it; where it has none of it, a
decision that ended by its return came back to what came before it, and any other to its start."""

from collections import defaultdict

from django.db import migrations, models

BEFORE = {"ineligible": "screening"}  # any other kind that goes back followed a committee


def fill(apps, _schema_editor):
    Step, Entry = apps.get_model("decisions", "Step"), apps.get_model("audit", "Entry")
    returns = defaultdict(list)
    for step in Step.objects.filter(kind="sent_back").select_related("decision").order_by("id"):
        returns[step.decision_id].append(step)
    kept = defaultdict(list)
    entries = Entry.objects.filter(subject_type="decision", subject_id__in=returns, verb="decision.send_back")
    for entry in entries.order_by("id"):
        kept[entry.subject_id].append(said_in(entry))
    filled = []
    for key, steps in returns.items():
        known = kept[key] if len(kept[key]) == len(steps) else [""] * len(steps)
        last = Step.objects.filter(decision=key).order_by("-id").first()
        for step, back_to in zip(steps, known, strict=True):
            ended = step.decision.state == "void" and step.pk == last.pk
            guess = BEFORE.get(step.decision.kind, "panel") if ended else "start"
            step.back_to = back_to or guess
            filled.append(step)
    Step.objects.bulk_update(filled, ["back_to"], batch_size=500)


def said_in(entry):
    """Where the trail says that it went; "" where it does not."""
    if "to_panel" in entry.given:
        return "panel" if entry.given["to_panel"] else "start"
    return entry.given.get("back_to", "")


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0009_tell_the_money"),
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="step",
            name="back_to",
            field=models.CharField(
                blank=True,
                choices=[
                    ("start", "the start of the approval chain"),
                    ("panel", "the committee: it recommends again, and the money reserved is released"),
                    ("screening", "screening: the file is screened again, and what was found since is void"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
