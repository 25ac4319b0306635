"""An address that only takes a form leads to the page that holds it, whatever brings a person there."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
ASSIGN = "/files/FE-2026-00042/reviews/assign"
NOT_KEPT = "Your session has ended, and what you had just sent was not kept. Sign in, then send it again."


def text(response):
    return " ".join(response.content.decode().split())


def test_press_after_the_end_of_a_session_leads_back_to_the_page_of_its_form(client, cast, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    response = client.post(ASSIGN, {"person": "x"})
    assert response["Location"] == f"{reverse('account_login')}?next={ASSIGN}"
    assert [NOT_KEPT in text(client.get(response["Location"])) for _n in range(2)] == [True, False]  # said once
    client.force_login(cast.officer)
    assert client.get(ASSIGN)["Location"] == reverse("review-file", args=["FE-2026-00042"])


def test_nobody_is_told_of_a_press_that_they_did_not_make(client, cast):
    where = client.get("/files")["Location"]
    assert where.startswith(reverse("account_login"))
    assert NOT_KEPT not in text(client.get(where, {"lang": "en"}))


def test_link_of_the_other_language_leads_to_that_page_in_that_language(client, cast, settings):
    client.force_login(cast.officer)
    response = client.get(ASSIGN, {"lang": "en"})
    assert response["Location"] == reverse("review-file", args=["FE-2026-00042"])
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_address_that_takes_nothing_of_the_kind_has_a_page_that_says_so(client, cast, lang):
    client.force_login(cast.officer)
    for response in (client.put(f"{ASSIGN}?lang={lang}"), client.get("/session/stay", {"lang": lang})):
        assert response.status_code == 405
        assert "POST" in response["Allow"]
        assert {"en": "There is no page at this address", "fr": "Il n’y a pas de page à cette adresse"}[lang] in text(
            response
        )
