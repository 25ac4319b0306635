"""My profile: what I say of myself, and every role I hold."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.middleware import keep_language
from accounts.requests import PersonRequest
from desk.forms.people import ProfileForm
from desk.selectors.held import cluster_roles, partner_seats, program_roles


@login_required
@require_http_methods(["GET", "POST"])
def show(request: PersonRequest) -> HttpResponse:
    user = request.user
    initial = {name: getattr(user, name) for name in ProfileForm.base_fields}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.update_person(user, by=user, **form.cleaned_data)
        language = form.cleaned_data["language"]
        with translation.override(language):
            messages.success(request, _("The changes are saved."))
        response = redirect("profile")
        keep_language(response, language)
        return response
    context = {
        "form": form,
        "roles": [*cluster_roles(None, [user]), *program_roles(None, [user]), *partner_seats(None, [user])],
        "memberships": user.memberships.current().by_organisation(),
    }
    return render(request, "desk/profile.html", context)
