from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from applications import lists  # noqa: F401 (registers its job)
        from applications.checks import name_files
        from applications.selectors.holding import HOLDING
        from applications.selectors.people import in_office, reads_as_staff
        from applications.services.sponsors import find_sponsorship, stands_in_the_way
        from documents.services import hand_over
        from documents.states import RenderingKind
        from funding.figures import name_files_with
        from notifications.constants import Concern, Holds
        from notifications.notices import ask_again, tell_whether
        from programs.roles import ProgramRole

        name_files_with(name_files)
        ask_again([Concern.OFFICERS, Concern.ASKER], lambda file, one: in_office(file, one, ProgramRole.OFFICER))
        ask_again([Concern.SCREENERS], lambda file, one: in_office(file, one, ProgramRole.SCREENER))
        ask_again([Concern.RETURNED], reads_as_staff)
        tell_whether(Holds.SPONSORS, lambda message: stands_in_the_way(find_sponsorship(message.leads_to)) is None)
        for holds, holds_still in HOLDING.items():
            tell_whether(holds, holds_still)
        hand_over(RenderingKind.RECEIPT, None)  # its page shows it as soon as it is there
