"""The sign-in page of the demonstration: the cast is on it, and one click signs in as one of them.

Included by config/urls.py in demo mode only; each view asks again, should anybody include it elsewhere.
"""

from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from accounts.models import User
from audit.actors import Method
from demo.cast import BY_EMAIL, CAST

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class SignIn(LoginView):
    """The usual sign-in page, with the cast under the form."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(**kwargs) | {"cast": the_cast(), "cast_url": self.request.path}


sign_in = SignIn.as_view()


@require_POST
def sign_in_as(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Sign in as one of the cast: nobody else, and nowhere but in a demonstration (404)."""
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(User, public_id=public_id, email__in=list(BY_EMAIL), is_active=True)
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method=Method.DEMO)
    return redirect(settings.LOGIN_REDIRECT_URL)


def the_cast() -> list[dict[str, object]]:
    """The cast that the story has brought to life, in its order, in the page's language."""
    if not settings.DEMO:
        return []
    users = {user.email: user for user in User.objects.filter(email__in=list(BY_EMAIL), is_active=True)}
    language = get_language() or "fr"
    return [
        {
            "name": person.name,
            "role": person.role(language),
            "organisation": person.place,
            "value": user.public_id,
            "url": reverse("demo-sign-in", args=[user.public_id]),
        }
        for person in CAST
        if (user := users.get(person.email))
    ]
