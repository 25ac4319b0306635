"""The page an invitation's link leads to: for people with an account, and for those without."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.models import Organisation, User
from accounts.services.invitations import place_of, stands_in_the_way


@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Read an invitation, and accept it."""
    invitation = services.find_invitation(token)
    refusal = stands_in_the_way(invitation)
    if refusal:
        status = 404 if invitation is None else 410
        refused = {"message": refusal.message, "title": _("This invitation cannot be used")}
        return render(request, "accounts/invitation_refused.html", refused, status=status)
    assert invitation is not None  # or it stood in the way
    place = place_of(invitation)
    mine = request.user.is_authenticated and invitation.is_to(request.user)
    if request.method == "POST":
        services.accept_invitation(token, by=request.user)
        if isinstance(place, Organisation):
            messages.success(request, _("You now act for %(place)s.") % {"place": place.legal_name})
            return redirect("organisation", place.public_id)
        messages.success(request, _("You have joined %(place)s.") % {"place": place.name})
        return redirect("/")
    here = reverse("invitation", args=[token])
    context: dict[str, object] = {
        "invitation": invitation,
        "place": place.legal_name if isinstance(place, Organisation) else place.name,
        "mine": mine,
        "next": urlencode({"next": here}),
        "has_account": False,
    }
    if not request.user.is_authenticated:
        # Whoever has the link reads that mailbox: the address needs no second confirmation.
        get_adapter().stash_verified_email(request, invitation.email)
        context["has_account"] = User.objects.of_address(invitation.email) is not None
    return render(request, "accounts/invitation.html", context)
