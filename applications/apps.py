from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self):
        from applications import lists, reactions  # noqa: F401 (registers them)
        from applications.checks import name_files
        from funding.figures import name_files_with

        name_files_with(name_files)
