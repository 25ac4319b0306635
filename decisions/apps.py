from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DecisionsConfig(AppConfig):
    name = "decisions"

    def ready(self) -> None:
        from applications.pages import FILE_TABS
        from applications.selectors.people import in_office, reads_as_staff
        from decisions.selectors import tell
        from decisions.selectors.chain import acts_of_chain
        from decisions.selectors.holding import HOLDING
        from decisions.selectors.turns import concurs_for
        from decisions.states import STEPS
        from decisions.subjects import FIELDS, DecisionSubject
        from letters.fields import register
        from letters.states import LetterKind
        from letters.subjects import told_by
        from notifications.constants import Concern
        from notifications.notices import ask_again, tell_whether
        from programs.roles import ProgramRole
        from reviews.selectors import tells_acts_of_chain
        from work.pages import Tab

        tells_acts_of_chain(acts_of_chain)
        ask_again([Concern.TAKERS], lambda file, one: in_office(file, one, *STEPS, ProgramRole.OFFICER))
        ask_again([Concern.PARTNER, Concern.PARTNERS_PEOPLE], concurs_for)
        ask_again([Concern.UNDONE], lambda file, one: reads_as_staff(file, one) or concurs_for(file, one))
        for holds, holds_still in HOLDING.items():
            tell_whether(holds, holds_still)
        FILE_TABS.offer(Tab("decision-file", _("Decision"), 60))
        register(DecisionSubject, *FIELDS)
        told_by(LetterKind, tell)  # every letter that there is, is a decision's
