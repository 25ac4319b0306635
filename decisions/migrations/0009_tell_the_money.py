"""What was made in the ledger is told since the letter of its file left: filled from the letters that were sent.

The entries of a file wait for its letter; what came to nothing until then is never told; what is paid or recovered
afterwards is told as it was made, and so is what lapsed or was returned before, which its partner has already read.
"""

from collections import defaultdict
from decimal import Decimal

from django.db import migrations
from django.db.models import Max

from funding.money import deltas

AFTER_AWARD = ("accrue", "pay", "recover", "reuse")
LEAVING = ("application.withdraw", "application.cancel")
LEFT_OVER = ("lapse", "return")


def fill(apps, _schema_editor):
    Entry, Told = apps.get_model("funding", "LedgerEntry"), apps.get_model("funding", "ToldEntry")
    Envelope = apps.get_model("funding", "Envelope")
    own = defaultdict(list)
    for entry in Entry.objects.filter(application_id__isnull=False, told=None).order_by("id"):
        own[entry.application_id, entry.envelope_id].append(entry)
    letters = defaultdict(list)
    sent = apps.get_model("decisions", "Decision").objects.filter(letter__sent_at__isnull=False)
    for file, at in sent.order_by("letter__sent_at").values_list("application_id", "letter__sent_at"):
        letters[file].append(at)
    told, hidden = [], set()
    for (file, envelope), entries in own.items():
        found = story(entries, letters[file])
        told += [Told(entry_id=key, at=at) for key, at in found.items()]
        if any(balances(entry for entry in entries if entry.pk not in found).values()):
            hidden.add(envelope)
    left = Entry.objects.filter(kind__in=LEFT_OVER, told=None).exclude(envelope__in=hidden)
    told += [Told(entry_id=entry.pk, at=entry.at) for entry in left]
    Told.objects.bulk_create(told, batch_size=1000, ignore_conflicts=True)
    for envelope in Envelope.objects.all():
        others = envelope.entries.filter(application_id=None).exclude(kind__in=LEFT_OVER).aggregate(at=Max("at"))["at"]
        late = Told.objects.filter(entry__envelope=envelope).aggregate(at=Max("at"))["at"]
        closed = envelope.updated_at if envelope.closed_on else None
        known = [at for at in (others, late, closed) if at]
        if known:
            Envelope.objects.filter(pk=envelope.pk).update(told_at=max(known))


def story(entries, sent):
    """Since when each entry of one file in one envelope is told: {key: instant}. Both in order."""
    found, waiting, sent = {}, [], list(sent)
    for entry in [*entries, None]:
        while sent and (entry is None or sent[0] < entry.at):
            at = sent.pop(0)
            found.update((one.pk, at) for one in since_nothing(waiting))
            waiting = []
        if entry is None:
            break
        leaves = entry.move in LEAVING and entry.kind == "release" and entry.from_bucket == "committed"
        if entry.kind in AFTER_AWARD or leaves:
            held = balances([*(one for one in entries if one.pk in found), entry])
            if all(balance >= 0 for balance in held.values()):
                found[entry.pk] = entry.at
                continue
        waiting.append(entry)
    return found


def since_nothing(entries):
    found = []
    for entry in entries:
        found.append(entry)
        if not any(balances(found).values()):
            found = []
    return found


def balances(entries):
    held = defaultdict(Decimal)
    for entry in entries:
        for bucket, way in deltas(entry.kind, entry.from_bucket, reversal=entry.reverses_id is not None).items():
            held[bucket] += way * entry.amount
    return held


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0008_version_of_reasons"),
        ("letters", "0005_template"),
        ("funding", "0002_told"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
