"""`manage.py import_bundle FILE --by EMAIL`: imports a programme from its bundle, whole or not at all.

Exit code 1, with every line and reason, when it is refused. With `--check` nothing is imported.
"""

from collections.abc import Collection
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Cluster, User
from builder.bundle import MAX_BYTES, BundleRefused, check_bundle
from builder.services import import_bundle
from moves.refusals import Forbidden
from questions.constants import Problem


class Command(BaseCommand):
    help = "Imports a programme from a YAML bundle."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", metavar="EMAIL", help="the programme officer who imports it")
        parser.add_argument("--cluster", metavar="SLUG", help="needed by an officer of several clusters")
        parser.add_argument("--check", action="store_true", help="only say what is wrong")

    def handle(
        self, *args: object, file: Path, by: str | None, cluster: str | None, check: bool, **options: object
    ) -> None:
        try:
            with file.open("rb") as source:
                text = source.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        if check:
            return self.say(file, check_bundle(text))
        officer = User.objects.of_address(by or "")
        if officer is None:
            raise CommandError(f"--by: nobody has the address {by!r}.")
        where = Cluster.objects.filter(slug=cluster).first() if cluster else None
        if cluster and where is None:
            raise CommandError(f"--cluster: there is no cluster {cluster!r}.")
        try:
            program = import_bundle(text, by=officer, cluster=where)
        except BundleRefused as refused:
            return self.say(file, refused.problems)
        except (Forbidden, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{program.code}: {program.name_fr}")

    def say(self, file: Path, problems: Collection[Problem]) -> None:
        for problem in problems:
            self.stderr.write(f"{file}: {problem}")
        if problems:
            raise CommandError(f"{file}: {len(problems)} problem(s); nothing was imported.")
        self.stdout.write(f"{file}: nothing is wrong.")
