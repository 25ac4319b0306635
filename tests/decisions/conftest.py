"""Who reads the pages of a decision."""

import pytest


@pytest.fixture
def as_(client):
    """Sign somebody in: `as_(cast.approver).get(url)`; in English unless said."""

    def sign_in(user, language="en"):
        client.force_login(user)
        user.language = language
        user.save(update_fields=["language"])
        return client

    return sign_in
