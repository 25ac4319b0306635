from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "awards"

    def ready(self):
        from awards import reactions  # noqa: F401 (registers them)
