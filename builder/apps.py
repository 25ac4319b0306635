from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BuilderConfig(AppConfig):
    name = "builder"

    def ready(self) -> None:
        from builder import facts  # noqa: F401 (registers the facts of a publication)
        from builder.pages import PUBLISH
        from programs.pages import PROGRAM_TABS, PUBLISH_PAGE
        from work.pages import Tab

        PROGRAM_TABS.offer(Tab("program-letters", _("Letters"), 50))
        PUBLISH_PAGE.fill(PUBLISH)
