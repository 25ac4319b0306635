"""My organisations: register, read, change; members and invitations."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import services
from accounts.constants import Province, Region
from accounts.forms.organisations import (
    InviteMemberForm,
    MemberRoleForm,
    OrganisationEditForm,
    OrganisationForm,
    add_errors,
)
from accounts.models import Organisation
from accounts.requests import PersonRequest
from accounts.rules import is_signatory
from accounts.services.organisations import TAKEN, must_sign_for
from moves.refusals import WrongMoment
from work.requests import posted_from
from work.versions import Overtaken


def own(request: PersonRequest, public_id: UUID) -> Organisation:
    """The organisation, when the person acts for it; to anyone else it does not exist (404)."""
    return get_object_or_404(Organisation.objects.of_member(request.user), public_id=public_id)


@login_required
@require_GET
def index(request: PersonRequest) -> HttpResponse:
    """The organisations I act for."""
    memberships = request.user.memberships.current().by_organisation()
    return render(request, "accounts/organisations.html", {"memberships": memberships})


@login_required
@require_http_methods(["GET", "POST"])
def register(request: PersonRequest) -> HttpResponse:
    """A new organisation, of which I become the signatory."""
    form = OrganisationForm(request.POST or None)
    taken = False
    if request.method == "POST" and form.is_valid():
        try:
            organisation = services.register_organisation(by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            add_errors(form, problem)
            taken = any(error.code == TAKEN for error in problem.error_dict.get("neq", ()))
        else:
            messages.success(request, _("Your organisation is registered. You are its authorised signatory."))
            return redirect("organisation", organisation.public_id)
    return render(request, "accounts/organisation_register.html", {"form": form, "taken": taken})


@login_required
@require_GET
def show(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """An organisation's facts and its people."""
    organisation = own(request, public_id)
    context = {
        "organisation": organisation,
        "signs": is_signatory(organisation, request.user),
        "memberships": organisation.memberships.current().by_person(),
        "invitations": organisation.invitations.waiting(),
        "rows": facts(organisation),
    }
    return render(request, "accounts/organisation.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Change an organisation's facts."""
    organisation = own(request, public_id)
    must_sign_for(organisation, request.user)
    form = OrganisationEditForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_organisation(organisation, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            add_errors(form, problem)
        except Overtaken as problem:
            form.overtaken(problem, reader=request.user)
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("organisation", organisation.public_id)
    context = {"form": form, "organisation": organisation}
    return render(request, "accounts/organisation_edit.html", context, status=409 if form.meanwhile else 200)


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Invite somebody by e-mail to act for the organisation."""
    organisation = own(request, public_id)
    must_sign_for(organisation, request.user)
    form = InviteMemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, _token = services.invite_member(organisation, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(
                request,
                _("The invitation is being sent to %(email)s. It is valid for 14 days.") % {"email": invitation.email},
            )
            return redirect("organisation", organisation.public_id)
    return render(request, "accounts/member_invite.html", {"form": form, "organisation": organisation})


@login_required
@require_http_methods(["GET", "POST"])
def member(request: PersonRequest, public_id: UUID, person: UUID) -> HttpResponse:
    """A member: their role, and the end of it."""
    organisation = own(request, public_id)
    if request.user.public_id != person:
        must_sign_for(organisation, request.user)
    membership = get_object_or_404(organisation.memberships.current().select_related("user"), user__public_id=person)
    form = MemberRoleForm(request.POST if "role" in request.POST else None, initial={"role": membership.role})
    if request.method == "POST":
        try:
            if "remove" in request.POST:
                services.remove_member(membership, by=request.user)
                messages.success(
                    request, _("%(name)s no longer acts for the organisation.") % {"name": membership.user.full_name}
                )
                if membership.user_id == request.user.pk:
                    return redirect("organisation-list")
                return redirect("organisation", organisation.public_id)
            if form.is_valid():
                services.change_member_role(membership, by=request.user, role=form.cleaned_data["role"])
                messages.success(request, _("The changes are saved."))
                return redirect("organisation", organisation.public_id)
        except WrongMoment as problem:
            form = MemberRoleForm({"role": request.POST.get("role", membership.role)})
            form.is_valid()
            form.add_error("role", problem.message)
    context = {
        "form": form,
        "organisation": organisation,
        "membership": membership,
        "signs": is_signatory(organisation, request.user),
        "own": membership.user_id == request.user.pk,
    }
    return render(request, "accounts/member.html", context)


@login_required
@posted_from("organisation", "public_id")
def cancel_invitation(request: PersonRequest, public_id: UUID, invitation: UUID) -> HttpResponse:
    """Take back an invitation."""
    organisation = own(request, public_id)
    services.cancel_invitation(get_object_or_404(organisation.invitations, public_id=invitation), by=request.user)
    messages.success(request, _("The invitation is cancelled: its link no longer works."))
    return redirect("organisation", organisation.public_id)


def facts(organisation: Organisation) -> list[dict[str, object]]:
    """An organisation's facts, as rows of a summary list."""
    region = dict(Region.choices).get(organisation.region, "")
    province = dict(Province.choices).get(organisation.province, organisation.province)
    number = organisation.business_number
    address = f"{organisation.street}\n{organisation.city} ({province})\u00a0\u00a0{organisation.postal_code}"
    return [
        {"label": _("Legal name"), "value": organisation.legal_name},
        {"label": _("NEQ"), "value": organisation.neq},
        {"label": _("Business number"), "value": f"{number[:9]} {number[9:11]} {number[11:]}".strip()},
        {"label": _("Address"), "value": address},
        {"label": _("Administrative region"), "value": str(region)},
        {"label": _("Number of employees"), "value": organisation.employees},
        {"label": _("NAICS code"), "value": organisation.naics},
        {"label": _("Ownership"), "value": organisation.get_ownership_display()},
        {"label": _("Language of our letters"), "value": organisation.get_language_display()},
        {"label": _("Website"), "value": organisation.website, "url": organisation.website},
    ]
