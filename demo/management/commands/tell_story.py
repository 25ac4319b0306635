"""Tell the story once. Told again, it changes nothing."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from demo.story import Story, is_told


class Command(BaseCommand):
    help = "Tell the story of the cluster, once, through the public services."

    def handle(self, *args: object, **options: object) -> None:
        if is_told():
            self.stdout.write("The story is already told.")
            return
        story = Story()
        with transaction.atomic():
            story.tell()
        self.keep(story.api_secret)
        self.stdout.write(f"Told: {len(story.files)} files.")

    def keep(self, secret: str) -> None:
        """A key is shown once. The demonstration's is kept beside its data, for whoever tries the API."""
        path = Path(settings.DATA_DIR) / "api-key.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secret + "\n")
        self.stdout.write(f"The ministry's API key is in {path}")
