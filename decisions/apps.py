from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"

    def ready(self):
        from decisions import reactions  # noqa: F401 (registers them)
        from decisions.services.letters import send_when_rendered
        from documents.services import hand_over
        from documents.states import RenderingKind

        hand_over(RenderingKind.LETTER, send_when_rendered)
