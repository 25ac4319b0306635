from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from applications import lists  # noqa: F401 (registers its job)
        from applications.checks import name_files
        from documents.services import hand_over
        from documents.states import RenderingKind
        from funding.figures import name_files_with

        name_files_with(name_files)
        hand_over(RenderingKind.RECEIPT, None)  # its page shows it as soon as it is there
