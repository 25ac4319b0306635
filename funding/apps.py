from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "funding"

    def ready(self) -> None:
        from funding import access, figures

        access.handlers()  # higher apps are ready first: each has said what it owes this one
        figures.naming()
