"""A fact that a ruling answered says the name that it was read from, as two names are compared. They are folded anew: the
same interest under the same name stays the same fact, and needs no second ruling."""

from django.db import migrations

from work.names import enterprise_keys

KINDS = {"employer", "directorship", "shareholding", "family", "mentoring", "competitor"}


def fill(apps, schema_editor):
    rows, last = apps.get_model("reviews", "Declaration").objects.exclude(recorded=""), 0
    interests = apps.get_model("reviews", "Interest").objects
    while batch := list(rows.filter(pk__gt=last).order_by("pk").only("pk", "recorded")[:500]):
        read = {number for one in batch for line in one.recorded.splitlines() if (number := interest_of(line))}
        names = dict(interests.filter(pk__in=read).values_list("pk", "organisation_name"))
        for one in batch:
            lines = [new for line in one.recorded.splitlines() for new in anew(line, names)]
            one.recorded = "\n".join(dict.fromkeys(lines))
        rows.bulk_update(batch, ["recorded"])
        last = batch[-1].pk


def interest_of(line):
    """The number of the interest whose name a fact says; None for one that says a NEQ, or something else."""
    kind, _colon, fact = line.partition(":")
    number, _colon, link = fact.partition(":")
    said = bool(link) and not (link.isdigit() and len(link) == 10) and link != "applicant"
    return int(number) if kind in KINDS and said and number.isdigit() else None


def anew(line, names):
    number = interest_of(line)
    keys = sorted(enterprise_keys(names.get(number, "")))
    return [f"{line.partition(':')[0]}:{number}:{key}" for key in keys] or [line]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0010_seat_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
