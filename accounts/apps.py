from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.adapter import chooses_a_password, confirms_an_address
        from accounts.services.invitations import find_invitation, stands_in_the_way
        from notifications.constants import Holds
        from notifications.notices import tell_whether

        tell_whether(Holds.INVITED, lambda message: stands_in_the_way(find_invitation(message.leads_to)) is None)
        tell_whether(Holds.CONFIRMS, lambda message: confirms_an_address(message.leads_to))
        tell_whether(Holds.CHOOSES, lambda message: chooses_a_password(*message.url_args))
