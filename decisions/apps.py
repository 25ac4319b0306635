from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"

    def ready(self):
        from decisions import reactions  # noqa: F401 (registers them)
