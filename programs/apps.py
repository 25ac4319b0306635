from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        from programs.services import bundles  # noqa: F401 (registers the facts of a publication)
