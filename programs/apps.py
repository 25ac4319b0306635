from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        from funding.access import MoneyHandlers, money_handled_by
        from programs.models import Program
        from programs.rules import handles_money

        money_handled_by(
            MoneyHandlers(
                is_one=handles_money,
                agreements=lambda user: Program.objects.with_money_of(user).values("agreements"),
            )
        )
