from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MovesConfig(AppConfig):
    name = "moves"

    def ready(self) -> None:
        from moves.registry import check_moves

        autodiscover_modules("facts", "reactions")
        check_moves()
