"""`manage.py verify_trail`: prove that the trail is as it was written, or say where it is not."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, models, transaction

from audit import checks


class Command(BaseCommand):
    requires_system_checks: list = []  # it reads no page
    help = "Recompute every chain of the trail and say which entry was changed, removed, inserted or moved."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--application", metavar="REF_ID", help="only this file: its reference (FE-2026-00042) or public identifier"
        )

    def handle(self, *args: Any, application: str | None = None, **options: Any) -> None:
        count = checks.Verified()
        # One snapshot: what is written meanwhile cannot look like a fault.
        alone = not connection.in_atomic_block
        with transaction.atomic():
            if alone:
                connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for finding in checks.verify(application_id=self.file(application), count=count):
                self.stdout.write(str(finding) if finding.erased else self.style.ERROR(str(finding)))
        summary = f"{count.chains} chains, {count.entries} entries, {count.erased} texts erased by schedule"
        if count.faults:
            raise CommandError(f"{count.faults} faults in {summary}.", returncode=1)
        self.stdout.write(self.style.SUCCESS(f"The trail is whole: {summary}."))

    def file(self, name: str | None) -> int | None:
        """The key of the file named; None for all. The files' app is above this one: it is found by its subject."""
        if name is None:
            return None
        for model in apps.get_models():
            if getattr(model, "subject", "") == "application":
                return self.key(model, name)
        raise CommandError("There are no files here.")

    def key(self, model: type[models.Model], name: str) -> int:
        field = "public_id" if len(name) == 36 else "reference"
        found = model._base_manager.filter(**{field: name}).values_list("pk", flat=True).first()
        if found is None:
            raise CommandError(f"No file has the reference or identifier {name}.")
        return found
