from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from applications import lists  # noqa: F401 (registers its job)
        from applications.checks import name_files
        from applications.selectors.people import in_office, reads_as_staff
        from applications.services.sponsors import find_sponsorship, stands_in_the_way
        from documents.services import hand_over
        from documents.states import RenderingKind
        from funding.figures import name_files_with
        from notifications.constants import Concern, MessageKind
        from notifications.notices import ask_again, ask_of_link
        from programs.roles import ProgramRole

        name_files_with(name_files)
        ask_again([Concern.OFFICERS, Concern.ASKER], lambda file, one: in_office(file, one, ProgramRole.OFFICER))
        ask_again([Concern.SCREENERS], lambda file, one: in_office(file, one, ProgramRole.SCREENER))
        ask_again([Concern.RETURNED], reads_as_staff)
        ask_of_link(MessageKind.SPONSOR_ASKED, lambda token: stands_in_the_way(find_sponsorship(token)) is None)
        hand_over(RenderingKind.RECEIPT, None)  # its page shows it as soon as it is there
