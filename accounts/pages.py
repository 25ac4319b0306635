"""The pages that messages about accounts lead to."""

from work.pages import Page

INVITATION = Page("invitation", str)  # the token of the link
# The sign-in library's own.
CONFIRM_ADDRESS = Page("account_confirm_email", str)
CHOOSE_PASSWORD = Page("account_reset_password_from_key", str, str)  # whose, and the token
ASK_FOR_PASSWORD = Page("account_reset_password")
