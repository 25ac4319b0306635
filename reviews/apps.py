from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from applications.pages import DECLARE_PAGE, FILE_TABS
        from reviews.pages import DECLARE
        from work.pages import Tab

        FILE_TABS.offer(Tab("review-file", _("Reviews"), 50))
        DECLARE_PAGE.fill(DECLARE)
