"""The pages of sign-in, organisations, invitations, people and roles, as a browser without script asks them."""

import importlib

import pytest
from django.urls import clear_url_caches, reverse

from accounts import services
from accounts.models import Invitation, Organisation, User
from accounts.models.people import UserManager
from demo.cast import COMPANIES
from notifications.models import Message
from tests.mutants import proves

PASSWORD = "cheval agrafe pile juste"


@pytest.fixture
def sign_in(client):
    def as_(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return as_


@pytest.fixture
def sophie_with_password(cast):
    cast.sophie.set_password(PASSWORD)
    cast.sophie.save(update_fields=["password"])
    return cast.sophie


@pytest.fixture
def demo_mode(settings):
    """The addresses as they are in demo mode, and as they were afterwards."""
    import config.urls

    settings.DEMO = True
    importlib.reload(config.urls)
    clear_url_caches()
    yield
    settings.DEMO = False
    importlib.reload(config.urls)
    clear_url_caches()


def text(response):
    return response.content.decode()


# Sign in


def test_sign_in_is_by_email_and_leads_home(client, sophie_with_password):
    response = client.post(
        reverse("account_login"), {"login": "Sophie.Gauthier@gauthier.example", "password": PASSWORD}
    )
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize(
    "address", ["\u200bsophie.gauthier@gauthier.example", "sophie.gauthier@gauthier.example\u202c"]
)
def test_address_that_is_pasted_with_what_nobody_sees_is_the_person_s(client, sophie_with_password, address):
    assert client.post(reverse("account_login"), {"login": address, "password": PASSWORD})["Location"] == "/"
    client.post(reverse("account_reset_password"), {"email": address})
    assert Message.objects.filter(kind="password_reset", recipient=sophie_with_password).count() == 1


def test_address_with_what_nothing_can_show_is_refused_beside_its_field(client, db):
    answer = sign_up(client, email="rose@neu\ue000ve.example")
    assert (answer.status_code, "U+E000" in text(answer)) == (200, True)
    sign_up(client, email="\u202arose@neuve.example\u200b")
    assert User.objects.filter(email="rose@neuve.example").count() == 1


def test_sign_in_says_the_same_for_a_wrong_password_and_an_unknown_address(client, sophie_with_password):
    wrong = client.post(reverse("account_login"), {"login": sophie_with_password.email, "password": "wrong"})
    unknown = client.post(reverse("account_login"), {"login": "nobody@nowhere.example", "password": "wrong"})
    sentence = "L’adresse courriel ou le mot de passe n’est pas le bon."
    assert sentence in text(wrong)
    assert sentence in text(unknown)


def test_sign_in_goes_on_to_the_page_asked_for(client, sophie_with_password, usinage):
    asked = reverse("organisation", args=[usinage.public_id])
    page = client.get(client.get(asked)["Location"])
    assert f'name="next" value="{asked}"' in text(page)
    response = client.post(
        reverse("account_login"), {"login": sophie_with_password.email, "password": PASSWORD, "next": asked}
    )
    assert response["Location"] == asked


def test_too_many_sign_ins_get_the_page_for_it(client, db):
    for _n in range(40):
        response = client.post(reverse("account_login"), {"login": "nobody@nowhere.example", "password": "wrong"})
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert "Passerelle" in text(response)


def sign_up(client, **changed):
    data = {
        "given_name": "Rose",
        "family_name": "Hébert",
        "email": "rose@neuve.example",
        "password1": PASSWORD,
        "language": "en",
    }
    return client.post(reverse("account_signup"), data | changed)


def test_sign_up_waits_for_the_address_to_be_confirmed(client, db):
    response = sign_up(client)
    assert response["Location"] == reverse("account_email_verification_sent")
    user = User.objects.get(email="rose@neuve.example")
    assert (user.full_name, user.language, user.check_password(PASSWORD)) == ("Rose Hébert", "en", True)
    message = Message.objects.get()
    assert (message.kind, message.language, message.recipient) == ("account_confirm", "en", user)
    login = {"login": user.email, "password": PASSWORD}
    assert client.post(reverse("account_login"), login)["Location"] == reverse("account_email_verification_sent")
    link = reverse("account_confirm_email", args=message.url_args)
    assert client.get(link).status_code == 200
    client.post(link)
    client.logout()
    assert client.post(reverse("account_login"), login)["Location"] == "/"


def test_sign_up_with_a_taken_address_looks_the_same_and_tells_its_owner(client, cast):
    response = sign_up(client, email=cast.sophie.email)
    assert response["Location"] == reverse("account_email_verification_sent")
    assert [(m.kind, m.address) for m in Message.objects.all()] == [("account_exists", cast.sophie.email)]


def test_sign_up_with_a_weak_password_keeps_what_was_typed(client, db):
    response = sign_up(client, password1="court")
    assert response.status_code == 200
    assert 'value="Rose"' in text(response)
    assert PASSWORD not in text(response)
    assert not User.objects.filter(email="rose@neuve.example").exists()


def test_password_is_reset_by_a_link_that_works_once(client, sophie_with_password):
    client.post(reverse("account_reset_password"), {"email": sophie_with_password.email})
    message = Message.objects.get(kind="password_reset")
    link = reverse("account_reset_password_from_key", args=message.url_args)
    form = client.get(link, follow=True)
    where = form.redirect_chain[-1][0]
    assert client.post(where, {"password1": "agrafe cheval nouvelle"})["Location"] == reverse(
        "account_reset_password_from_key_done"
    )
    sophie_with_password = User.objects.get(pk=sophie_with_password.pk)
    assert sophie_with_password.check_password("agrafe cheval nouvelle")
    assert Message.objects.filter(kind="password_changed").count() == 1
    client.logout()
    assert "password1" not in text(client.get(link, follow=True))


def test_password_reset_says_the_same_for_an_unknown_address(client, cast):
    known = client.post(reverse("account_reset_password"), {"email": cast.sophie.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@nowhere.example"})
    assert known["Location"] == unknown["Location"] == reverse("account_reset_password_done")
    assert [m.address for m in Message.objects.all()] == [cast.sophie.email]


def test_password_change_signs_out_and_tells_by_mail(sign_in, sophie_with_password):
    client = sign_in(sophie_with_password)
    data = {"oldpassword": PASSWORD, "password1": "agrafe cheval nouvelle"}
    assert client.post(reverse("account_change_password"), data).status_code == 302
    assert [m.kind for m in Message.objects.all()] == ["password_changed"]
    assert "_auth_user_id" not in client.session


# The cast of the demonstration


def test_cast_is_on_the_sign_in_page_in_demo_mode(client, cast, demo_mode):
    page = text(client.get(reverse("account_login")))
    assert "Maude Bélanger" in page
    assert "responsable de programme" in page
    english = text(client.get(reverse("account_login"), {"lang": "en"}))
    assert "programme officer" in english
    response = client.post(f"/demo/sign-in/{cast.officer.public_id}")
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(cast.officer.pk)


def test_cast_sign_in_takes_nobody_else_and_no_get(client, cast, demo_mode):
    stranger = User.objects.create_user("stranger@nowhere.example", given_name="S", family_name="T")
    assert client.post(f"/demo/sign-in/{stranger.public_id}").status_code == 404
    assert client.get(f"/demo/sign-in/{cast.officer.public_id}").status_code == 405


def test_cast_is_nowhere_without_demo_mode(client, cast):
    assert "Maude Bélanger" not in text(client.get(reverse("account_login")))
    assert client.post(f"/demo/sign-in/{cast.officer.public_id}").status_code == 404


def test_cast_sign_in_asks_for_demo_mode_even_when_included(rf, cast):
    from django.http import Http404

    from demo.views import sign_in_as, the_cast

    with pytest.raises(Http404):
        sign_in_as(rf.post("/"), cast.officer.public_id)
    assert the_cast() == []


# Organisations


def facts(**changed):
    kept = {k: v for k, v in COMPANIES["usinage"].items() if k not in ("signatory", "members")}
    return kept | {"neq": "1177777777"} | changed


def test_organisation_is_registered_on_its_page(sign_in, cast):
    response = sign_in(cast.ana).post(reverse("organisation-register"), facts())
    made = Organisation.objects.get(neq="1177777777")
    assert response["Location"] == reverse("organisation", args=[made.public_id])


def test_name_that_is_longer_as_it_is_compared_is_registered(sign_in, cast):
    name = "Œ" * 200 + " inc."
    sign_in(cast.ana).post(reverse("organisation-register"), facts(legal_name=name))
    made = Organisation.objects.get(neq="1177777777")
    assert (made.legal_name, len(made.name_key) > len("x" * 250)) == (name, True)


def test_organisation_with_wrong_numbers_says_so_beside_each_and_keeps_what_was_typed(sign_in, cast):
    response = sign_in(cast.ana).post(
        reverse("organisation-register"), facts(neq="1234567890", business_number="812 345 677", postal_code="D1A1A1")
    )
    page = text(response)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["neq", "business_number", "postal_code"]
    for typed in ("1234567890", "812 345 677", "D1A1A1", "Usinage Gauthier inc."):
        assert f'value="{typed}"' in page
    assert 'href="#id_neq"' in page


def test_organisation_form_says_everything_wrong_at_once(sign_in, cast):
    response = sign_in(cast.ana).post(reverse("organisation-register"), facts(neq="1234567890", city="", naics=""))
    assert list(response.context["form"].errors) == ["city", "naics", "neq"]


def test_organisation_already_registered_sends_to_its_signatory_without_a_name(sign_in, cast, usinage):
    page = text(sign_in(cast.ana).post(reverse("organisation-register"), facts(neq=usinage.neq)))
    assert "Cette organisation est déjà inscrite." in page
    assert "Sophie" not in page


def test_organisation_page_shows_its_members_to_them_and_nothing_to_others(sign_in, cast, usinage):
    address = reverse("organisation", args=[usinage.public_id])
    assert "Olivier Dubé" in text(sign_in(cast.sophie).get(address))
    assert cast.sophie.email not in text(sign_in(cast.olivier).get(address)).replace(cast.olivier.email, "")
    for stranger in (cast.michel, cast.officer, cast.administrator):
        assert sign_in(stranger).get(address).status_code == 404


@pytest.mark.parametrize("page", ["organisation-edit", "organisation-invite"])
def test_organisation_forms_are_for_its_signatory(sign_in, cast, usinage, page):
    address = reverse(page, args=[usinage.public_id])
    assert sign_in(cast.sophie).get(address).status_code == 200
    assert sign_in(cast.olivier).get(address).status_code == 403
    assert sign_in(cast.michel).get(address).status_code == 404


def test_organisation_is_changed_on_its_page(sign_in, cast, usinage):
    client = sign_in(cast.sophie)
    address = reverse("organisation-edit", args=[usinage.public_id])
    assert 'value="J7Y 4B2"' in text(client.get(address))
    client.post(address, facts(neq=usinage.neq, city="Blainville", version="1"))
    assert Organisation.objects.get(pk=usinage.pk).city == "Blainville"


def test_last_signatory_is_told_why_they_stay(sign_in, cast, usinage):
    address = reverse("organisation-member", args=[usinage.public_id, cast.sophie.public_id])
    client = sign_in(cast.sophie)
    for data in ({"remove": "1"}, {"role": "member"}):
        response = client.post(address, data)
        assert response.status_code == 200
        assert "garde toujours au moins une personne autorisée à signer" in text(response)


def test_member_is_invited_removed_and_an_invitation_cancelled(sign_in, cast, usinage):
    client = sign_in(cast.sophie)
    client.post(
        reverse("organisation-invite", args=[usinage.public_id]),
        {"email": "neuve@gauthier.example", "role": "member", "language": "fr"},
    )
    invitation = Invitation.objects.get(email="neuve@gauthier.example")
    cancel = reverse("organisation-invitation-cancel", args=[usinage.public_id, invitation.public_id])
    assert client.post(cancel).status_code == 302
    assert client.post(cancel).status_code == 409
    client.post(reverse("organisation-member", args=[usinage.public_id, cast.olivier.public_id]), {"remove": "1"})
    assert [m.user for m in usinage.memberships.current()] == [cast.sophie]


# Invitations


@pytest.fixture
def token(cast, usinage):
    from accounts.services import invite_member

    return invite_member(usinage, by=cast.sophie, email="rose@neuve.example", role="member", language="fr")[1]


def test_invitation_leads_a_new_person_through_sign_up_without_a_second_mail(client, token, usinage):
    address = reverse("invitation", args=[token])
    assert "Créez un compte" in text(client.get(address))
    form = client.get(reverse("account_signup"), {"next": address})
    assert 'value="rose@neuve.example"' in text(form)
    response = sign_up(client, next=address)
    assert response["Location"] == address
    response = client.post(address)
    assert response["Location"] == reverse("organisation", args=[usinage.public_id])
    assert usinage.memberships.current().filter(user__email="rose@neuve.example").exists()
    assert client.get(address).status_code == 410


def test_invitation_of_another_address_is_refused(sign_in, cast, token, usinage):
    client = sign_in(cast.emily)
    address = reverse("invitation", args=[token])
    assert "rose@neuve.example" in text(client.get(address))
    assert client.post(address).status_code == 403
    assert not usinage.memberships.filter(user=cast.emily).exists()


def test_invitation_link_that_never_was_says_so(client, db):
    assert client.get(reverse("invitation", args=["x" * 43])).status_code == 404


# People and roles


@pytest.mark.parametrize("key", ["officer", "auditor", "finance", "chair", "sophie", "analyst"])
def test_people_page_is_for_administrators(sign_in, cast, key):
    client = sign_in(getattr(cast, key))
    for address in ("/people", "/people/invite", f"/people/{cast.ana.public_id}"):
        assert client.get(address).status_code == 403
    assert client.post(f"/people/{cast.ana.public_id}/give/cluster", {"role": "finance"}).status_code == 403
    assert client.post(f"/people/{cast.ana.public_id}/end", {"role": "cluster:aerofil:auditor"}).status_code == 403


def test_people_page_asks_no_more_queries_for_more_people(sign_in, cast, cluster, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.services import appoint_to_cluster

    client = sign_in(cast.administrator)
    client.get("/people")
    with CaptureQueriesContext(
        connection,
    ) as before:
        assert "Julie Simard" in text(client.get("/people"))
    for user in (cast.ana, cast.ben, cast.chloe):
        appoint_to_cluster(user, cluster, by=cast.administrator, role="finance")
    with django_assert_num_queries(len(before)):
        assert "Ana Tremblay" in text(client.get("/people"))


def test_role_is_given_and_ended_on_the_persons_page(sign_in, cast, cluster):
    from accounts.rules import holds_cluster_role

    client = sign_in(cast.administrator)
    client.post(f"/people/{cast.ana.public_id}/give/cluster", {"role": "finance"})
    assert holds_cluster_role(cast.ana, "finance", cluster)
    client.post(f"/people/{cast.ana.public_id}/end", {"role": "cluster:aerofil:finance"})
    assert not holds_cluster_role(cast.ana, "finance", cluster)
    again = client.post(f"/people/{cast.ana.public_id}/end", {"role": "cluster:aerofil:finance"})
    assert again.status_code == 409


def test_approver_without_a_limit_is_refused_at_the_field(sign_in, cast):
    response = sign_in(cast.administrator).post(
        f"/people/{cast.ana.public_id}/give/program", {"role": "approver", "capacity": "20"}
    )
    assert response.status_code == 200
    assert list(response.context["ways"][1]["form"].errors) == ["limit"]


@proves(UserManager.of_address)
def test_account_is_found_by_its_address(sign_in, cast):
    client = sign_in(cast.administrator)
    assert client.post("/people", {"email": "Emily.Clark@northwind.example"})["Location"] == reverse(
        "person", args=[cast.emily.public_id]
    )
    assert "Aucun compte" in text(client.post("/people", {"email": "nobody@nowhere.example"}))


def test_profile_shows_roles_and_changes_the_language_at_once(sign_in, cast):
    client = sign_in(cast.sophie)
    assert "Usinage Gauthier inc." in text(client.get("/account/profile"))
    response = client.post(
        "/account/profile",
        {"given_name": "Sophie", "family_name": "Gauthier", "language": "en", "title_fr": "", "title_en": "CEO"},
        follow=True,
    )
    assert "The changes are saved." in text(response)
    assert User.objects.get(pk=cast.sophie.pk).language == "en"


def test_organisation_changed_by_two_signatories_is_shown_to_the_later(sign_in, cast, usinage):
    """A form holds every field: sent from an old page it would put back what a colleague changed."""
    services.update_organisation(usinage, by=cast.sophie, version=1, city="Blainville")
    client, address = sign_in(cast.sophie), reverse("organisation-edit", args=[usinage.public_id])
    stale = facts(neq=usinage.neq, employees="99", version="1")
    response = client.post(address, stale)
    form = response.context["form"]
    assert response.status_code == 409
    assert [(one.label, one.stored, one.typed) for one in form.meanwhile.texts] == [
        ("Ville", "Blainville", "Saint-Jérôme"), ("Nombre d’employés", "12", "99"),
    ]  # fmt: skip
    assert Organisation.objects.get(pk=usinage.pk).city == "Blainville"
    assert client.post(address, stale | {"version": "2", "city": "Blainville"}).status_code == 302
    kept = Organisation.objects.get(pk=usinage.pk)
    assert (kept.city, kept.employees, kept.version) == ("Blainville", 99, 3)
    assert client.post(address, stale | {"version": "٣"}).status_code == 400


def test_page_that_signs_out_says_whose_unsaved_texts_leave_the_browser(client, cast):
    client.force_login(cast.sophie)
    page = client.get(reverse("account_logout")).content.decode()
    assert f'data-forget="{cast.sophie.public_id}"' in page
