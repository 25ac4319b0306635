from django.apps import AppConfig


class BuilderConfig(AppConfig):
    name = "builder"

    def ready(self) -> None:
        from builder import facts  # noqa: F401 (registers the facts of a publication)
