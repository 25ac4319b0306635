from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from applications.pages import DECLARE_PAGE, FILE_TABS
        from applications.rules import UPHOLDERS
        from applications.selectors.people import in_office
        from notifications.constants import Concern
        from notifications.notices import ask_again, tell_whether
        from programs.roles import ProgramRole
        from reviews.pages import DECLARE
        from reviews.selectors.holding import HOLDING
        from work.pages import Tab

        ask_again([Concern.REVIEWER], lambda file, one: in_office(file, one, ProgramRole.REVIEWER))
        ask_again([Concern.RULERS], lambda file, one: in_office(file, one, *UPHOLDERS))
        for holds, holds_still in HOLDING.items():
            tell_whether(holds, holds_still)
        FILE_TABS.offer(Tab("review-file", _("Reviews"), 50))
        DECLARE_PAGE.fill(DECLARE)
