"""People, organisations, invitations and roles: who may write what, in which state, and what the trail keeps."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core.exceptions import ValidationError

from accounts import services
from accounts.models import Cluster, Invitation, Membership, Organisation, User
from accounts.pages import CONFIRM_ADDRESS
from accounts.rules import holds_cluster_role, is_member, is_signatory
from accounts.services.clusters import end_cluster_appointment
from accounts.services.invitations import _invite
from accounts.services.organisations import _check, _keep_a_signatory
from audit.actors import Assurance
from audit.models import Change, Entry
from audit.states import ActorKind
from demo.cast import COMPANIES
from moves.refusals import Forbidden, WrongMoment
from notifications.messages import AccountConfirm
from notifications.models import Message
from notifications.services import queue_message
from notifications.tasks import send_messages
from tests.cast import SET_UP
from tests.mutants import proves
from work import clock


def facts(**changed):
    kept = {k: v for k, v in COMPANIES["usinage"].items() if k not in ("signatory", "members")}
    return kept | {"neq": "1177777777"} | changed


def last(verb):
    return Entry.objects.filter(verb=verb).latest("id")


# People


def test_person_created_by_an_administrator_is_in_the_trail_without_their_name(cast):
    user = services.create_person(
        by=cast.administrator, email=" Rose@Aerofil.example ", given_name="Rose", family_name="Hébert"
    )
    entry = last("person.create")
    assert (user.email, user.language, user.has_usable_password()) == ("rose@aerofil.example", "fr", False)
    assert (entry.subject_id, entry.actor_id, entry.given) == (user.pk, cast.administrator.pk, {"language": "fr"})
    assert set(entry.personal) == {"email", "given_name", "family_name"}
    assert "Hébert" not in str(entry.personal)
    assert user.emailaddress_set.get().verified


def test_person_with_an_address_already_taken_is_refused(cast):
    with pytest.raises(ValidationError) as problem:
        services.create_person(
            by=SET_UP, email="MAUDE.belanger@aerofil.example", given_name="M", family_name="B", language="fr"
        )
    assert "email" in problem.value.error_dict


@pytest.mark.parametrize("key", ["officer", "auditor", "finance", "sophie", "analyst"])
def test_person_is_created_for_somebody_else_by_administrators_only(cast, key):
    with pytest.raises(Forbidden):
        services.create_person(by=getattr(cast, key), email="x@y.example", given_name="X", family_name="Y")


def test_person_changes_their_own_profile_and_only_that(cast):
    kept = {"given_name": "Sophie", "family_name": "Gauthier", "language": "en", "title_fr": "Présidente"}
    user = services.update_person(cast.sophie, by=cast.sophie, **kept, title_en="CEO")
    assert (user.language, user.title_en) == ("en", "CEO")
    assert last("person.update").given == {"fields": ["language", "title_en"], "language": "en"}
    with pytest.raises(Forbidden):
        services.update_person(cast.sophie, by=cast.administrator, **kept)


def test_password_change_is_in_the_trail_and_is_ones_own(cast):
    user = services.change_password(cast.sophie, by=cast.sophie, password="cheval agrafe pile")
    assert user.check_password("cheval agrafe pile")
    assert last("person.change_password").actor_id == user.pk
    with pytest.raises(Forbidden):
        services.change_password(cast.sophie, by=cast.administrator, password="autre")


class AnotherKind:
    """Who acts without being a person, and has in its own table the key that a person has in theirs."""

    is_active = True
    on_behalf_of = ""
    assurance = Assurance()

    def __init__(self, actor, pk):
        self.actor, self.pk = actor, pk


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind != ActorKind.PERSON])
def test_what_people_do_themselves_is_not_done_by_another_kind_of_actor_of_the_same_key(cast, usinage, kind):
    by = AnotherKind(kind, cast.olivier.pk)
    name = {"given_name": "O", "family_name": "D", "language": "en"}
    for write in (
        lambda: services.update_person(cast.olivier, by=by, **name),
        lambda: services.change_password(cast.olivier, by=by, password="cheval agrafe pile"),
        lambda: services.remove_member(usinage.memberships.get(user=cast.olivier), by=by),
    ):
        with pytest.raises(Forbidden):
            write()


# Organisations


def test_organisation_registered_makes_its_signatory_and_cleans_its_numbers(cast):
    made = services.register_organisation(
        by=cast.michel, **facts(neq="1177 777 777", postal_code="j7y4b2", business_number="81234 5676 rc0001")
    )
    assert (made.neq, made.postal_code, made.business_number) == ("1177777777", "J7Y 4B2", "812345676RC0001")
    assert is_signatory(made, cast.michel)
    entry = last("organisation.register")
    assert entry.given == {"neq": "1177777777", "person": str(cast.michel.public_id), "role": "signatory"}
    assert Change.objects.filter(kind="organisation", public_id=made.public_id).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("neq", "1234567890"),
        ("neq", "117777777"),
        ("business_number", "812345677"),
        ("postal_code", "D1A 1A1"),
        ("naics", "99"),
        ("legal_name", ""),
        ("ownership", "secret"),
        ("website", "javascript:alert(1)"),
    ],
)
def test_organisation_with_a_wrong_value_is_refused_at_its_field(cast, field, value):
    with pytest.raises(ValidationError) as problem:
        services.register_organisation(by=cast.michel, **facts(**{field: value}))
    assert list(problem.value.error_dict) == [field]
    assert not Organisation.objects.filter(neq="1177777777").exists()


@proves(_check)
def test_organisation_already_registered_is_refused_without_saying_by_whom(cast, usinage, precision):
    """Once registered, or as another changes its number; its own number stands in nobody's way."""
    for write in (
        lambda: services.register_organisation(by=cast.michel, **facts(neq=usinage.neq)),
        lambda: services.update_organisation(precision, by=cast.michel, version=1, neq=usinage.neq),
    ):
        with pytest.raises(ValidationError) as problem:
            write()
        (error,) = problem.value.error_dict["neq"]
        assert error.code == "taken"
        assert "Sophie" not in error.message
        assert "Gauthier" not in error.message
    changed = services.update_organisation(usinage, by=cast.sophie, version=1, neq=usinage.neq, city="Laval")
    assert changed.city == "Laval"


def test_organisation_registered_needs_a_person(cast):
    with pytest.raises(Forbidden):
        services.register_organisation(by=SET_UP, **facts())


def test_organisation_changed_names_the_fields_and_nothing_unchanged(cast, usinage):
    same = services.update_organisation(usinage, by=cast.sophie, version=1, city=usinage.city)
    assert same.updated_at == usinage.updated_at
    services.update_organisation(usinage, by=cast.sophie, version=1, city="Blainville", employees=14)
    entry = last("organisation.update")
    assert entry.given == {"fields": ["city", "employees"]}
    assert set(entry.personal) == {"city", "employees"}


@pytest.mark.parametrize("key", ["olivier", "michel", "officer", "administrator", "auditor"])
def test_organisation_is_changed_and_invited_to_by_its_signatory_only(cast, usinage, key):
    by = getattr(cast, key)
    membership = usinage.memberships.get(user=cast.sophie)
    for write in (
        lambda: services.update_organisation(usinage, by=by, version=1, city="Laval"),
        lambda: services.invite_member(usinage, by=by, email="a@b.example", role="member", language="fr"),
        lambda: services.change_member_role(membership, by=by, role="member"),
        lambda: services.remove_member(membership, by=by),
    ):
        with pytest.raises(Forbidden):
            write()


@proves(_keep_a_signatory)
def test_last_signatory_is_neither_removed_nor_demoted(cast, usinage, precision):
    """Nobody signs for them whose account is closed, who left, who only drafts, or who signs for another."""
    sophie = usinage.memberships.get(user=cast.sophie)
    closed, left = (User.objects.create(email=f"{name}@usinage.example") for name in ("closed", "left"))
    usinage.memberships.create(user=closed, role="signatory"), User.objects.filter(pk=closed.pk).update(is_active=False)
    usinage.memberships.create(user=left, role="signatory", ended_at=clock.now())
    precision.memberships.create(user=left, role="signatory")
    for write in (
        lambda: services.remove_member(sophie, by=cast.sophie),
        lambda: services.change_member_role(sophie, by=cast.sophie, role="member"),
    ):
        with pytest.raises(WrongMoment) as problem:
            write()
        assert [r.code for r in problem.value.refusals] == ["last"]


def test_signatory_leaves_once_another_one_stands(cast, usinage):
    olivier = usinage.memberships.get(user=cast.olivier)
    services.change_member_role(olivier, by=cast.sophie, role="signatory")
    services.remove_member(usinage.memberships.get(user=cast.sophie), by=cast.sophie)
    assert not is_member(usinage, cast.sophie)
    assert last("organisation.change_role").given == {
        "person": str(cast.olivier.public_id),
        "before": "member",
        "after": "signatory",
    }
    assert last("organisation.remove_member").given["person"] == str(cast.sophie.public_id)


def test_member_leaves_by_themselves(cast, usinage):
    services.remove_member(usinage.memberships.get(user=cast.olivier), by=cast.olivier)
    assert not is_member(usinage, cast.olivier)


# Invitations


def invite(usinage, cast, email="michel.lapointe@precision-laurentides.example", role="member"):
    return services.invite_member(usinage, by=cast.sophie, email=email, role=role, language="fr")


@proves(_invite)
def test_invitations_of_one_person_in_a_day_are_counted(cast, usinage, precision, monkeypatch, clock_at):
    """Wherever that person sends them; those of others are theirs."""
    monkeypatch.setattr(services.invitations, "MOST_A_DAY", 2)
    clock_at(now := clock.now())
    precision.memberships.create(user=cast.sophie, role="signatory")
    invite(usinage, cast, "un@company.example")
    invite(precision, cast, "un@company.example")
    for organisation in (usinage, precision):
        with pytest.raises(ValidationError) as caught:
            invite(organisation, cast, "deux@company.example")
        assert set(caught.value.error_dict) == {"email"}
    assert services.invite_member(precision, by=cast.michel, email="trois@x.example", role="member", language="fr")
    clock_at(now + timedelta(days=1))
    assert invite(usinage, cast, "deux@company.example")


def test_invitation_is_mailed_with_its_link_and_its_token_is_not_kept(cast, usinage):
    invitation, token = invite(usinage, cast, email="Nouvelle@Gauthier.example")
    message = Message.objects.get()
    assert (message.kind, message.address, message.url_args) == ("invitation", "nouvelle@gauthier.example", [token])
    assert invitation.token_digest != token
    assert services.find_invitation(token) == invitation
    assert invitation.expires_at - invitation.at == timedelta(days=14)


def test_invitation_accepted_makes_a_member_once(cast, usinage):
    _invitation, token = invite(usinage, cast)
    services.accept_invitation(token, by=cast.michel)
    assert Membership.objects.get(organisation=usinage, user=cast.michel).role == "member"
    with pytest.raises(WrongMoment) as problem:
        services.accept_invitation(token, by=cast.michel)
    assert [r.code for r in problem.value.refusals] == ["used"]


def test_invitation_is_for_its_own_address(cast, usinage):
    _invitation, token = invite(usinage, cast)
    with pytest.raises(Forbidden):
        services.accept_invitation(token, by=cast.emily)
    assert not is_member(usinage, cast.emily)


def test_invitation_expires_after_fourteen_days(cast, usinage):
    invitation, token = invite(usinage, cast)
    with clock.at(invitation.expires_at), pytest.raises(WrongMoment) as problem:
        services.accept_invitation(token, by=cast.michel)
    assert [r.code for r in problem.value.refusals] == ["expired"]
    with clock.at(invitation.expires_at - timedelta(seconds=1)):
        services.accept_invitation(token, by=cast.michel)


def test_invitation_that_never_was_is_refused(cast):
    with pytest.raises(WrongMoment) as problem:
        services.accept_invitation("nothing", by=cast.michel)
    assert [r.code for r in problem.value.refusals] == ["link"]


@proves(_invite)
def test_invitation_sent_again_ends_the_first(cast, usinage, northwind, clock_at):
    """It ends no other: of another person, to another place, accepted, or expired before."""
    clock_at(now := clock.now())
    northwind.memberships.create(user=cast.sophie, role="signatory")
    used, accepted = invite(usinage, cast)
    services.accept_invitation(accepted, by=cast.michel)
    services.remove_member(usinage.memberships.get(user=cast.michel), by=cast.sophie)
    late, _token = invite(usinage, cast)
    with clock.at(now - timedelta(days=1)):
        services.cancel_invitation(late, by=cast.sophie)
    first, token = invite(usinage, cast)
    others = [invite(usinage, cast, "un@company.example")[0], invite(northwind, cast)[0]]
    last_sent, _token = invite(usinage, cast)
    ends = dict(Invitation.objects.filter(pk__gte=used.pk).values_list("pk", "expires_at"))
    assert ends == {
        late.pk: now - timedelta(days=1), first.pk: now,
        **{one.pk: now + timedelta(days=14) for one in (used, *others, last_sent)},
    }  # fmt: skip
    with pytest.raises(WrongMoment):
        services.accept_invitation(token, by=cast.michel)


def test_invitation_cancelled_no_longer_works(cast, usinage):
    invitation, token = invite(usinage, cast)
    with pytest.raises(Forbidden):
        services.cancel_invitation(invitation, by=cast.olivier)
    services.cancel_invitation(invitation, by=cast.sophie)
    with pytest.raises(WrongMoment):
        services.accept_invitation(token, by=cast.michel)
    assert last("invitation.cancel").given == {"invitation": str(invitation.public_id)}


@pytest.mark.parametrize("end", ["accepted", "cancelled", "sent again"])
def test_invitation_that_ended_in_the_outbox_does_not_leave(cast, usinage, end):
    invitation, token = invite(usinage, cast)
    {
        "accepted": lambda: services.accept_invitation(token, by=cast.michel),
        "cancelled": lambda: services.cancel_invitation(invitation, by=cast.sophie),
        "sent again": lambda: invite(usinage, cast),
    }[end]()
    assert send_messages() == (1 if end == "sent again" else 0)
    assert (
        Message.objects.earliest("pk").last_error
        == "It is over. It leaves as long as this holds: The invitation can be accepted."
    )


def test_link_that_proves_an_address_leaves_until_it_is_proved(cast):
    address = EmailAddress.objects.get(user=cast.michel)
    for key in ("first", "second"):
        EmailAddress.objects.filter(pk=address.pk).update(verified=key == "second")
        link = CONFIRM_ADDRESS(EmailConfirmationHMAC.create(address).key)
        queue_message(AccountConfirm(), to=cast.michel, link=link, key=key)
        assert send_messages() == (1 if key == "first" else 0)


def test_invitation_of_a_member_or_to_a_wrong_address_is_refused(cast, usinage):
    for email in (cast.olivier.email, "not an address", ""):
        with pytest.raises(ValidationError):
            invite(usinage, cast, email=email)
    assert Invitation.objects.filter(accepted_at=None).count() == 0


# Roles in the cluster


def test_role_in_the_cluster_is_given_ended_and_given_again(cast, cluster):
    held = services.appoint_to_cluster(cast.ana, cluster, by=cast.administrator, role="finance")
    assert holds_cluster_role(cast.ana, "finance", cluster)
    services.end_cluster_appointment(held, by=cast.administrator)
    assert not holds_cluster_role(cast.ana, "finance", cluster)
    services.appoint_to_cluster(cast.ana, cluster, by=cast.administrator, role="finance")
    assert holds_cluster_role(cast.ana, "finance", cluster)
    assert last("cluster.end_appointment").given == {"person": str(cast.ana.public_id), "role": "finance"}


def test_role_begins_and_ends_on_its_days(cast, cluster):
    first, end = clock.today() + timedelta(days=2), clock.today() + timedelta(days=3)
    services.appoint_to_cluster(cast.ana, cluster, by=cast.administrator, role="finance", starts_on=first, ends_on=end)
    for days, held in ((1, False), (2, True), (3, True), (4, False)):
        with clock.at(clock.now() + timedelta(days=days)):
            assert holds_cluster_role(cast.ana, "finance", cluster) is held


@pytest.mark.parametrize("key", ["officer", "auditor", "finance", "chair", "sophie", "analyst"])
def test_roles_are_given_and_taken_by_administrators_only(cast, cluster, key):
    by = getattr(cast, key)
    held = cluster.appointments.get(user=cast.auditor)
    for write in (
        lambda: services.appoint_to_cluster(by, cluster, by=by, role="administrator"),
        lambda: services.end_cluster_appointment(held, by=by),
        lambda: services.invite_staff(cluster, by=by, email="a@b.example", role="", language="fr"),
        lambda: services.found_cluster(by=by, slug="x", name_fr="X", name_en="X"),
    ):
        with pytest.raises(Forbidden):
            write()


@proves(end_cluster_appointment)
def test_last_administrator_stays(cast, cluster):
    """A closed account, a role that ended, and one in another cluster administer nothing here."""
    own = cluster.appointments.get(user=cast.administrator)
    other = Cluster.objects.create(slug="other", name_fr="Autre", name_en="Other")
    since = clock.today() - timedelta(days=9)
    for place, person, ends_on in (
        (cluster, cast.ana, None), (cluster, cast.ben, since), (other, cast.administrator, None),
    ):  # fmt: skip
        place.appointments.create(user=person, role="administrator", starts_on=since, ends_on=ends_on)
    User.objects.filter(pk=cast.ana.pk).update(is_active=False)
    with pytest.raises(WrongMoment) as problem:
        services.end_cluster_appointment(own, by=cast.administrator)
    assert [r.code for r in problem.value.refusals] == ["last"]
    services.appoint_to_cluster(cast.chloe, cluster, by=cast.administrator, role="administrator")
    services.end_cluster_appointment(own, by=cast.administrator)
    assert not holds_cluster_role(cast.administrator, "administrator", cluster)


@pytest.mark.parametrize("role", ["auditor", ""])
def test_staff_invitation_gives_its_role_or_none(cast, cluster, role):
    _invitation, token = services.invite_staff(
        cluster, by=cast.administrator, email=cast.emily.email, role=role, language="en"
    )
    services.accept_invitation(token, by=cast.emily)
    assert holds_cluster_role(cast.emily, "auditor", cluster) is bool(role)
    assert Message.objects.get().language == "en"
