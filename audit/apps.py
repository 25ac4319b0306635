from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import reactions  # noqa: F401 (registers them)
        from audit.checks import check_change_kinds

        check_change_kinds()
