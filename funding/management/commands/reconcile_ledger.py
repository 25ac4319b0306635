"""`manage.py reconcile_ledger`: proves that every balance is the sum of its entries.

Exit code 1, with a line for each balance that is not.
"""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from funding.ledger import reconcile
from funding.models import Envelope


class Command(BaseCommand):
    help = "Proves that every balance of every envelope is the sum of its ledger entries."

    @transaction.atomic
    def handle(self, *args: object, **options: object) -> None:
        # One photograph of the data, so that a payment made meanwhile is no difference.
        if not connection.savepoint_ids:
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        faults = reconcile()
        for fault in faults:
            said = f"{fault.envelope} {fault.bucket}: balance {fault.balance}, entries {fault.entries}"
            self.stderr.write(said)
        if faults:
            raise CommandError(f"{len(faults)} balance(s) differ from their entries.")
        self.stdout.write(f"{Envelope.objects.count()} envelope(s): every balance is the sum of its entries.")
