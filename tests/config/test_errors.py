"""What a person sees when something goes wrong: the status, the language, the sentence, and what to do."""

import io
from urllib.parse import urlencode

import psycopg
import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.http import UnreadablePostError
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import translation

from config import errors
from moves.refusals import Refusal, WrongMoment
from work import outages
from work.models import Outage
from work.states import Machine


def broken(request):
    raise ValueError("a fault of ours")


def away(request):
    raise OperationalError("connection refused") from psycopg.OperationalError("connection refused")


def full(request):
    raise OSError(28, "No space left on device")


def left(request):
    raise UnreadablePostError("the reader left")


def denied(request):
    raise PermissionDenied("Seule la personne autorisée à signer peut déposer.")


def too_soon(request):
    raise WrongMoment(Refusal("Il manque une évaluation."), Refusal("L'appel est encore ouvert."))


def too_large(request):
    raise RequestDataTooBig("too much")


urlpatterns = [
    path("broken", broken),
    path("away", away),
    path("left", left),
    path("full", full),
    path("api/broken", broken),
    path("api/away", away),
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


def test_fault_of_ours_promises_nothing_and_is_in_the_log_with_its_number(client, caplog):
    client.raise_request_exception = False
    response = client.get("/broken", headers={"X-Request-ID": "a-number-of-ours"})
    _, text = read(response)
    assert "avisée" not in text
    assert "has been told" not in text
    assert "a-number-of-ours" in text
    written = [record for record in caplog.records if record.name == "django.request"]
    assert [record.levelname for record in written] == ["ERROR"]
    assert isinstance(written[0].exc_info[1], ValueError)


def sends(client):
    client.raise_request_exception = False
    return client


def kept(response):
    """The hidden fields of the form that sends again, in order."""
    page = BeautifulSoup(response.content, "html.parser")
    return [(field["name"], field["value"]) for field in page.select("form#again input[type=hidden]")]


def test_machine_away_is_told_in_both_languages_with_when_to_come_again(client, django_assert_num_queries, caplog):
    response = sends(client).get("/away?q=1&lang=en")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert response.headers["Cache-Control"] == "no-store"
    page, text = read(response)
    assert "Le service est momentanément indisponible" in text
    assert "The service is temporarily unavailable" in text
    assert [a["href"] for a in page.select("main a.button")] == ["/away?q=1&lang=en"] * 2
    assert page.select("form, script") == []
    assert response.headers["X-Request-ID"] in text
    told = [record for record in caplog.records if record.levelname == "ERROR" and record.name != "passerelle.request"]
    assert [(record.name, record.exc_info) for record in told] == [("passerelle.errors", None)]
    with django_assert_num_queries(0):
        errors.unavailable(RequestFactory().get("/"), Machine.DATABASE, OperationalError("…"))


def test_what_was_typed_comes_back_in_a_form_that_sends_it_again(client):
    given = {"title": "Été « neuf »\nà <b>voir</b>", "tag": ["a", "b"], "password": "hunter2hunter2", "save": ""}
    page_and_form = sends(client).post("/away?step=2", given)
    assert page_and_form.status_code == 503
    page, text = read(page_and_form)
    form = page.select_one("form#again")
    assert (form["method"], form["action"]) == ("post", "/away?step=2")
    assert kept(page_and_form) == [("title", given["title"]), ("tag", "a"), ("tag", "b"), ("save", "")]
    assert [b.text for b in page.select("button[form=again]")] == ["Envoyer de nouveau", "Send again"]
    assert b"hunter2" not in page_and_form.content
    assert "Les mots de passe ne sont pas gardés" in text
    assert "Passwords are not kept" in text
    assert page.select("script") == []


def test_files_are_named_to_be_chosen_again(client):
    file = SimpleUploadedFile("Plan <d’été>.pdf", b"x" * 2000)
    response = sends(client).post("/away", {"why": "because", "file": file})
    page, text = read(response)
    assert kept(response) == [("why", "because"), ("choose_again", "Plan <d’été>.pdf")]
    assert [li.text for li in page.select("main li")] == ["Plan <d’été>.pdf"] * 2
    assert "choisissez de nouveau" in text


def test_files_are_named_again_by_a_second_page_and_where_one_lands(client, cast, programme):
    given = {"why": "because", "choose_again": ["Plan <d’été>.pdf", "cv.pdf"]}
    again = sends(client).post("/away", given)
    assert kept(again) == [("why", "because"), *(("choose_again", name) for name in given["choose_again"])]
    client.force_login(cast.sophie)
    form = "application/x-www-form-urlencoded"
    client.post("/too-soon", urlencode(given, doseq=True), content_type=form)
    text = BeautifulSoup(client.get("/privacy").content, "html.parser").get_text()
    assert "Choisissez de nouveau\xa0: Plan <d’été>.pdf, cv.pdf." in text
    assert "cv.pdf" not in client.get("/privacy").content.decode()


def test_form_is_kept_even_when_nothing_had_read_it_yet(rf, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    file = SimpleUploadedFile("budget.csv", b"x" * 3_000_000)
    request = rf.post("/early", {"why": "because", "file": file})
    sent = errors.sent_by(request)
    assert sent == errors.Sent(fields=(("why", "because"),), files=("budget.csv",))
    assert list(tmp_path.iterdir()) == []


def test_form_that_cannot_be_read_back_is_said_so(rf):
    request = rf.post("/early", {"why": "because"})
    request._stream = None
    sent = errors.sent_by(request)
    assert sent == errors.Sent(whole=False)
    response = errors.unavailable(request, Machine.DATABASE, OperationalError("…"))
    assert b"could not keep what you have just sent" in response.content
    assert BeautifulSoup(response.content, "html.parser").select("form") == []


def test_address_of_another_site_is_never_the_form_s(rf):
    request = rf.post("/", {"why": "because"})
    request.path = "//evil.example/x"
    response = errors.unavailable(request, Machine.DATABASE, OperationalError("…"))
    assert BeautifulSoup(response.content, "html.parser").select_one("form")["action"] == "/%2Fevil.example/x"


def test_session_that_cannot_be_kept_is_a_machine_away_and_no_mistake_of_the_reader(client, cast, monkeypatch):
    client.force_login(cast.officer)
    sends(client)

    def lost(*args, **kwargs):
        raise OperationalError("closed") from psycopg.OperationalError("server closed the connection unexpectedly")

    session = client.session
    session["seen"] = 0
    session.save()
    from django.contrib.sessions.models import Session

    monkeypatch.setattr(Session, "save", lost)
    assert client.post("/session/stay").status_code == 503


def test_reader_who_leaves_in_the_middle_is_no_fault_of_ours(client, caplog):
    assert sends(client).get("/left").status_code == 400
    assert [record.name for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [("away", 503, "The service is temporarily unavailable"), ("broken", 500, "The fault is ours")],
)
def test_api_tells_both_in_its_own_manner(client, address, status, title):
    response = sends(client).get(f"/api/{address}", headers={"Accept-Language": "en"})
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["title"] == title
    assert response.headers.get("Retry-After") == ("10" if status == 503 else None)
    assert response.headers["Content-Language"] == "en-CA"


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


@pytest.mark.django_db
def test_outage_of_the_database_is_written_by_the_first_answer_after_it(client, monkeypatch):
    monkeypatch.setattr(outages, "_without_database", None)
    client.get("/health/live")
    assert not Outage.objects.exists()
    outages.miss_database("OperationalError: the connection is closed")
    client.get("/health/live")
    client.get("/health/live")
    outage = Outage.objects.get()
    assert (outage.machine, outage.reason) == ("database", "OperationalError: the connection is closed")
    assert outage.over_at is not None


@pytest.mark.parametrize("length", ["9" * 19, "9" * 30])
def test_length_too_long_to_be_a_number_is_too_large(length):
    request = RequestFactory().post("/", CONTENT_LENGTH=length)
    assert errors.length(request) > errors.most_sent()


@pytest.mark.parametrize("key", ["carbon_footprint", "heat_recovery", "one_time_costs", "code", "passwords_policy"])
def test_answer_whose_key_looks_like_a_secret_is_kept(key):
    sent = errors.sent_by(RequestFactory().post("/", {key: "a text", "password": "hunter2", "password1": "hunter2"}))
    assert sent.fields == ((key, "a text"),)
    assert sent.left_out


def test_machine_that_a_request_met_is_written_for_administrators_to_read(client):
    for _n in range(3):
        assert sends(client).get("/full").status_code == 503
    (outage,) = Outage.objects.all()
    assert (outage.machine, outage.over_at, outage.tries) == (Machine.STORAGE, None, 1)
    assert outage.reason == "OSError: [Errno 28] No space left on device"


def test_answer_goes_out_where_nothing_can_be_written(client, monkeypatch):
    def refuse(*args):
        raise OperationalError("no")

    monkeypatch.setattr(outages, "note_away", refuse)
    assert sends(client).get("/full").status_code == 503
    assert not Outage.objects.exists()
