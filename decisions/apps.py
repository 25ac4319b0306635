from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DecisionsConfig(AppConfig):
    name = "decisions"

    def ready(self) -> None:
        from applications.pages import FILE_TABS
        from decisions.selectors import tell
        from decisions.subjects import FIELDS, DecisionSubject
        from letters.fields import register
        from letters.states import LetterKind
        from letters.subjects import told_by
        from work.pages import Tab

        FILE_TABS.offer(Tab("decision-file", _("Decision"), 60))
        register(DecisionSubject, *FIELDS)
        told_by(LetterKind, tell)  # every letter that there is, is a decision's
