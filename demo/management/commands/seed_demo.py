"""`manage.py seed_demo --applications N [--seed S]`: add N invented files, fast. Why and how: `demo.seed`."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import seed as invented


class Command(BaseCommand):
    help = "Add invented files to the demonstration's programme, by the thousand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--applications", type=int, required=True, metavar="N", help="how many files to add")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed invents the same files")

    def handle(self, *args: object, applications: int, seed: int, **options: object) -> None:
        if applications < 1:
            raise CommandError("--applications must be 1 or more.")
        invented.seed(applications, seed=seed, say=self.stdout.write)
