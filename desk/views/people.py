"""Administration: the people of the cluster and their roles. For its administrators only."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import services as accounts
from accounts.models import Cluster, ClusterAppointment, User
from accounts.requests import PersonRequest
from desk.forms.people import ClusterRoleForm, FindPersonForm, InviteStaffForm, PartnerSeatForm, ProgramRoleForm
from desk.roles import RoleKind
from desk.rules import administered_clusters, people_of
from desk.selectors.held import (
    RoleLine,
    cluster_roles,
    partner_seats,
    partners_of,
    program_roles,
    programs_of,
)
from funding import services as funding
from moves.refusals import Forbidden, Refusal, WrongMoment
from programs.models import Appointment
from programs.services import people as programs
from work.requests import posted_from


def administered(request: PersonRequest) -> Cluster:
    """The cluster whose roles this person gives; 403 for who administers none."""
    cluster = administered_clusters(request.user).first()
    if cluster is None:
        raise Forbidden(_("Only an administrator of the cluster sees its people and gives roles."))
    return cluster


@login_required
@require_http_methods(["GET", "POST"])
def index(request: PersonRequest) -> HttpResponse:
    """Everybody with a role, what they hold today, and the invitations that wait."""
    cluster = administered(request)
    form = FindPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = User.objects.of_address(form.cleaned_data["email"])
        if found:
            return redirect("person", found.public_id)
        form.add_error("email", _("No account has this address. Invite the person instead."))
    people = list(people_of(cluster))
    held = defaultdict(list)
    for line in [*cluster_roles(cluster, people), *program_roles(cluster, people), *partner_seats(cluster, people)]:
        held[line.user_id].append(line)
    context = {
        "cluster": cluster,
        "form": form,
        "people": [{"user": user, "roles": held[user.pk]} for user in people],
        "invitations": cluster.invitations.waiting(),
    }
    return render(request, "desk/people.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: PersonRequest) -> HttpResponse:
    """Invite somebody to work with the cluster."""
    cluster = administered(request)
    form = InviteStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, _token = accounts.invite_staff(cluster, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            sentence = _("The invitation is being sent to %(email)s. It is valid for 14 days.")
            messages.success(request, sentence % {"email": invitation.email})
            return redirect("people")
    return render(request, "desk/people_invite.html", {"form": form, "cluster": cluster})


@login_required
@posted_from("people")
def cancel_invitation(request: PersonRequest, invitation: UUID) -> HttpResponse:
    """Take back an invitation to the cluster."""
    cluster = administered(request)
    accounts.cancel_invitation(get_object_or_404(cluster.invitations, public_id=invitation), by=request.user)
    messages.success(request, _("The invitation is cancelled: its link no longer works."))
    return redirect("people")


@login_required
@require_http_methods(["GET"])
def person(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One person: the roles held today, each with its end; and the three ways to give another."""
    return _person(request, administered(request), get_object_or_404(User, public_id=public_id))


@login_required
@posted_from("person", "public_id")
def give(request: PersonRequest, public_id: UUID, kind: str) -> HttpResponse:
    """Give a role: in the cluster, on a programme or for a partner."""
    cluster, user = administered(request), get_object_or_404(User, public_id=public_id)
    form = _forms(cluster, request.POST).get(kind)
    if form is None:
        raise Http404
    if form.is_valid():
        data = dict(form.cleaned_data)
        try:
            if kind == RoleKind.CLUSTER:
                accounts.appoint_to_cluster(user, cluster, by=request.user, **data)
            elif kind == RoleKind.PROGRAM:
                programs.appoint(user, by=request.user, cluster=cluster, **data)
            else:
                funding.seat_partner(user, data.pop("partner"), by=request.user, **data)
        except ValidationError as problem:
            form.add_error(None, problem)
        except WrongMoment as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, _("The role is given."))
            return redirect("person", user.public_id)
    return _person(request, cluster, user, filled={kind: form})


@login_required
@posted_from("person", "public_id")
def end(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Take a role back at once. The form names it as the page lists it."""
    cluster, user = administered(request), get_object_or_404(User, public_id=public_id)
    for line in _roles(cluster, user):
        if line.name == request.POST.get("role"):
            break
    else:
        raise WrongMoment(Refusal(_("This role has already ended."), code="gone"))
    try:
        if isinstance(line.held, ClusterAppointment):
            accounts.end_cluster_appointment(line.held, by=request.user)
        elif isinstance(line.held, Appointment):
            programs.end_appointment(line.held, by=request.user)
        else:
            funding.end_partner_seat(line.held, by=request.user)
    except WrongMoment as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("The role has ended."))
    return redirect("person", user.public_id)


def _roles(cluster: Cluster, user: User) -> list[RoleLine]:
    return [*cluster_roles(cluster, [user]), *program_roles(cluster, [user]), *partner_seats(cluster, [user])]


def _forms(cluster: Cluster, data: QueryDict | None = None) -> dict[str, forms.Form]:
    return {
        RoleKind.CLUSTER: ClusterRoleForm(data, prefix=None, auto_id="cluster_%s"),
        RoleKind.PROGRAM: ProgramRoleForm(data, programs=programs_of(cluster), auto_id="program_%s"),
        RoleKind.PARTNER: PartnerSeatForm(data, partners=partners_of(cluster), auto_id="partner_%s"),
    }


def _person(
    request: PersonRequest, cluster: Cluster, user: User, filled: Mapping[str, forms.Form] | None = None
) -> HttpResponse:
    filled = filled or {}
    forms, seats = _forms(cluster) | dict(filled), cluster.partners.exists()
    context = {
        "person": user,
        "cluster": cluster,
        "roles": _roles(cluster, user),
        "ways": [
            {"kind": RoleKind.CLUSTER, "title": _("In the whole cluster"), "form": forms[RoleKind.CLUSTER]},
            {"kind": RoleKind.PROGRAM, "title": _("On a programme"), "form": forms[RoleKind.PROGRAM]},
            {"kind": RoleKind.PARTNER, "title": _("For a government partner"), "form": forms[RoleKind.PARTNER]},
        ][: 3 if seats else 2],
        "faulty": list(filled.values()),
    }
    return render(request, "desk/person.html", context)
