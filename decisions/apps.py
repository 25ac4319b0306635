from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"

    def ready(self) -> None:
        from decisions.selectors import tell
        from decisions.subjects import FIELDS, DecisionSubject
        from letters.fields import register
        from letters.states import LetterKind
        from letters.subjects import told_by

        register(DecisionSubject, *FIELDS)
        told_by(LetterKind, tell)  # every letter that there is, is a decision's
