"""What a person sees when something goes wrong: the status, the language, the sentence, and what to do."""

import io

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.test import RequestFactory
from django.urls import include, path
from django.utils import translation

from audit.rules import Refusal, WrongMoment
from config import errors


def broken(request):
    raise ValueError("a fault of ours")


def denied(request):
    raise PermissionDenied("Seule la personne autorisée à signer peut déposer.")


def too_soon(request):
    raise WrongMoment(Refusal("Il manque une évaluation."), Refusal("L'appel est encore ouvert."))


def too_large(request):
    raise RequestDataTooBig("too much")


urlpatterns = [
    path("broken", broken),
    path("denied", denied),
    path("too-soon", too_soon),
    path("too-large", too_large),
    path("api/too-soon", too_soon),
    path("", include("config.urls")),
]
handler400, handler403, handler404, handler500 = (
    "config.errors.bad_request",
    "config.errors.forbidden",
    "config.errors.not_found",
    "config.errors.broken",
)
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def read(response):
    page = BeautifulSoup(response.content, "html.parser")
    return page, page.select_one("main").get_text(" ", strip=True)


@pytest.mark.parametrize(
    ("address", "status", "french", "english"),
    [
        ("/denied", 403, "Vous n’avez pas accès à cette page", "You do not have access to this"),
        ("/nowhere", 404, "Nous n’avons pas trouvé cette page", "We did not find this page"),
        ("/too-soon", 409, "Cette action n’est pas possible en ce moment", "This cannot be done now"),
        ("/too-large", 413, "Votre envoi est trop volumineux", "What you sent is too large"),
    ],
)
def test_error_page_speaks_the_readers_language(client, address, status, french, english):
    for language, title in (("fr", french), ("en", english)):
        response = client.get(address, {"lang": language})
        page, text = read(response)
        assert response.status_code == status
        assert page.title.text == f"{title} – Passerelle"
        assert title in text
        assert page.select_one("main a"), "it must say where to go"
        assert response.headers["X-Request-ID"] in text


def test_refused_person_reads_the_sentence_of_the_rule(client):
    assert "Seule la personne autorisée à signer peut déposer." in read(client.get("/denied"))[1]


def test_refused_moment_reads_every_reason(client):
    page, _ = read(client.get("/too-soon"))
    assert [li.text for li in page.select("main li")] == ["Il manque une évaluation.", "L'appel est encore ouvert."]


def test_fault_of_ours_speaks_both_languages_and_asks_nothing_of_the_database(client, django_assert_num_queries):
    client.raise_request_exception = False
    response = client.get("/broken")
    assert response.status_code == 500
    _, text = read(response)
    assert "Une erreur est survenue de notre côté" in text
    assert "Something went wrong on our side" in text
    with django_assert_num_queries(0):
        assert errors.broken(RequestFactory().get("/")).status_code == 500


def test_bad_request_and_too_many_have_their_pages(rf):
    request = rf.get("/")
    for function, status, title in (
        (errors.bad_request, 400, "This request could not be read"),
        (errors.too_many, 429, "Too many attempts"),
        (errors.csrf_failure, 403, "This page waited too long"),
    ):
        with translation.override("en"):
            response = function(request)
        assert response.status_code == status
        assert title in response.content.decode()


def test_form_without_its_token_is_told_so():
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/session/stay")
    assert response.status_code == 403
    assert "Cette page a attendu trop longtemps" in response.content.decode()


def test_api_is_left_to_its_own_answers(client):
    with pytest.raises(WrongMoment):
        client.get("/api/too-soon")


@pytest.mark.parametrize(("address", "status"), [("/files/%00", 404), ("/search?q=%00", 400)])
def test_null_character_in_an_address_is_no_fault_of_ours(client, address, status):
    assert client.get(address).status_code == status


def test_stranger_sends_no_more_than_a_form(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert client.post("/sign-in", {"login": "x" * 2000}).status_code == 413


def test_signed_in_person_sends_all_the_files_of_a_form_and_no_more(client, cast, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.UPLOAD_LIMIT, settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1000, 500, 2
    client.force_login(cast.officer)
    file = {"file": io.BytesIO(b"x" * 1200)}
    assert client.post("/nowhere", file).status_code == 404
    file = {"file": io.BytesIO(b"x" * 2000)}
    assert client.post("/nowhere", file).status_code == 413


def test_refused_host_has_the_policy_of_every_page(client, settings):
    settings.ALLOWED_HOSTS = ["subventions.example"]
    response = client.get("/sign-in", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"
