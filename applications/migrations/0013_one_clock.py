"""When each file was first found complete, which the trail says of those that were asked for changes since; and the
decision's clock of those that have one, counted again as it is from now on (ADR 24), so that their row and their
applicant's page say the same day. The release before goes on from what is written, both ways.
"""

from datetime import timedelta

from django.db import migrations

from work.calendars import Calendar, Delay, Pause
from work.clock import Holidays

FILL = """
UPDATE applications_application AS file
SET first_complete_at = COALESCE((
    SELECT MIN(entry.at) FROM audit_entry AS entry
    WHERE entry.application_id = file.id AND entry.verb = 'application.find_complete'
), file.complete_at)
WHERE file.first_complete_at IS NULL AND file.state <> 'draft'
"""
UNDER_WAY = (
    "submitted", "changes_requested", "eligible", "ineligible", "in_review", "reviewed", "recommended",
)  # fmt: skip


def count_again(apps, _schema_editor):
    Application = apps.get_model("applications", "Application")
    running = Application.objects.filter(state__in=UNDER_WAY, last_told="").exclude(first_complete_at=None)
    running = running.exclude(due=None, due_left=None).defer("search")
    rows = running.select_related("call__rules").prefetch_related("change_requests").order_by("pk")
    changed = []
    for file in rows.iterator(chunk_size=500):
        delay = decision_of(file)
        if delay is None:
            continue
        left = None if delay.left is None else timedelta(days=delay.left)
        if (file.due, file.due_left) != (delay.due, left):
            file.due, file.due_left = delay.due, left
            changed.append(file)
        if len(changed) == 500:
            Application.objects.bulk_update(changed, ["due", "due_left"])
            changed = []
    Application.objects.bulk_update(changed, ["due", "due_left"])


def decision_of(file):
    """As `applications.selectors.deadlines` counts it when this is written; None for rules that promise nothing."""
    rules = file.call.rules
    promise = ((rules.definition if rules else {}).get("service") or {}).get("decide")
    if not promise:
        return None
    complete = file.first_complete_at
    closing = file.cohort_closes_at or (file.call.closes_at if file.call.kind == "fixed" else None) or complete
    starts = {
        "submission": file.submitted_at, "closing": closing, "complete": complete,
        "closing_or_complete": max(complete, closing),
    }  # fmt: skip
    whose = Holidays.FEDERAL if promise["kind"] == "federal_business" else Holidays.QUEBEC
    calendar = Calendar(business=promise["kind"] != "calendar", holidays=whose)
    asked = sorted(file.change_requests.all(), key=lambda request: request.at)
    pauses = tuple(Pause(request.at, request.answered_at or request.cancelled_at) for request in asked)
    return Delay(starts[promise["from"]], promise["days"], calendar, pauses)


class Migration(migrations.Migration):
    dependencies = [("applications", "0012_first_complete"), ("audit", "0008_set_up_acts"), ("programs", "0001_initial")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunPython(count_again, migrations.RunPython.noop),
    ]
