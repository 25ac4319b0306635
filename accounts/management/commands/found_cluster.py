"""Begin an installation: a cluster and its first administrator, who then asks for a password by e-mail."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import services
from accounts.roles import ClusterRole
from audit.actors import SetUp

SET_UP = SetUp("found_cluster")


class Command(BaseCommand):
    help = "Found a cluster and appoint its first administrator, who chooses a password at /account/password/reset."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name in addresses, for example aerofil")
        parser.add_argument("--name-fr", required=True)
        parser.add_argument("--name-en", required=True)
        parser.add_argument("--email", required=True, help="the administrator's e-mail address")
        parser.add_argument("--given-name", required=True)
        parser.add_argument("--family-name", required=True)
        parser.add_argument("--language", choices=["fr", "en"], default="fr")

    @transaction.atomic
    def handle(
        self,
        *args: Any,
        slug: str,
        name_fr: str,
        name_en: str,
        email: str,
        given_name: str,
        family_name: str,
        language: str,
        **options: Any,
    ) -> None:
        try:
            cluster = services.found_cluster(by=SET_UP, slug=slug, name_fr=name_fr, name_en=name_en)
            user = services.create_person(
                by=SET_UP, email=email, given_name=given_name, family_name=family_name, language=language
            )
        except ValidationError as problem:
            raise CommandError("; ".join(problem.messages)) from None
        services.appoint_to_cluster(user, cluster, by=SET_UP, role=ClusterRole.ADMINISTRATOR)
        self.stdout.write(f"{name_fr}: {user.email} is its administrator.")
