"""The type of a request whose person is signed in: what a view under `login_required` is given."""

from django.http import HttpRequest

from accounts.models import User


class PersonRequest(HttpRequest):
    """A request of somebody signed in."""

    user: User
