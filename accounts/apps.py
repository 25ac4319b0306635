from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.adapter import confirms_an_address
        from accounts.services.invitations import find_invitation, stands_in_the_way
        from notifications.constants import MessageKind
        from notifications.notices import ask_of_link

        ask_of_link(MessageKind.INVITATION, lambda token: stands_in_the_way(find_invitation(token)) is None)
        ask_of_link(MessageKind.ACCOUNT_CONFIRM, confirms_an_address)
