from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "letters"

    def ready(self) -> None:
        from documents.services import hand_over as hand_documents
        from documents.states import RenderingKind
        from letters import fields, services, subjects
        from notifications.constants import MessageKind
        from notifications.services import hand_over as hand_messages

        fields.register(subjects.Subject, *subjects.FIELDS)
        hand_documents(RenderingKind.LETTER, services.advance_rendered)
        hand_messages(MessageKind.LETTER, services.advance_sent)
        subjects.check_tellers()  # the apps above are ready before: each has said which letters are its own
