"""Two people write one text at one instant, on real connections: one is kept, and the other is told, every time."""

import pytest

from accounts.models import Organisation
from accounts.services import update_organisation
from applications.constants import ELIGIBILITY
from applications.models import Answer, Finding
from applications.services.drafts import save_eligibility
from applications.services.screening import mark_finding
from decisions.models import Decision
from decisions.services import edit_reasons
from moves.services import declare_standing
from tests.databases import at_once
from tests.decisions import files
from tests.files import AT, draft_file, submitted_file
from work import clock
from work.versions import Overtaken


def reasons_of(cast, programme):
    decision = files.recommended_file(cast, programme)

    def write(by, text, version):
        return lambda: edit_reasons(decision, by=by, version=version, reasons_fr=text, reasons_en=text)

    def stored():
        row = Decision.objects.get(pk=decision.pk)
        return row.reasons_fr, row.version

    return (cast.officer, cast.endorser), write, stored


def item_of(cast, programme):
    file = submitted_file(cast, programme)
    declare_standing(file.pk, user=cast.screener, standing="clear")

    def write(by, text, version):
        return lambda: mark_finding(file, "rena", by=by, passed=True, reason=text, version=version)

    def stored():
        row = Finding.objects.filter(application=file, item="rena").first()
        return (row.reason, row.version) if row else ("", 0)

    return (cast.screener, cast.screener), write, stored


def check_of(cast, programme):
    file = draft_file(cast, programme)
    kept = dict(Answer.objects.get(application=file, question=ELIGIBILITY).value)

    def write(by, text, version):
        return lambda: save_eligibility(file, kept | {"staff": int(text)}, by=by, version=version)

    def stored():
        row = Answer.objects.get(application=file, question=ELIGIBILITY)
        return str(row.value["staff"]), row.version

    return (cast.sophie, cast.olivier), write, stored


def profile_of(cast, programme):
    organisation = Organisation.objects.get(pk=submitted_file(cast, programme).organisation_id)
    organisation.memberships.update(role="signatory")

    def write(by, text, version):
        return lambda: update_organisation(organisation, by=by, version=version, city=text)

    def stored():
        row = Organisation.objects.get(pk=organisation.pk)
        return row.city, row.version

    return (cast.sophie, cast.olivier), write, stored


TEXTS = {"reasons": reasons_of, "item": item_of, "check": check_of, "profile": profile_of}


def lose_nothing(cast, programme, text, times):
    (first, second), write, stored = TEXTS[text](cast, programme)
    with clock.at(files.DECIDED_AT if text == "reasons" else AT):
        for turn in range(times):
            _text, version = stored()
            typed = [str(100 + 2 * turn), str(101 + 2 * turn)]
            outcomes = at_once(write(first, typed[0], version), write(second, typed[1], version))
            told = [outcome for outcome in outcomes if isinstance(outcome, Overtaken)]
            kept, now = stored()
            assert len(told) == 1, outcomes
            winner = 1 if outcomes[0] in told else 0
            assert (kept, now, told[0].version) == (typed[winner], version + 1, now)
            assert told[0].by == (first, second)[winner]


def test_two_who_write_the_reasons_at_one_instant_lose_nothing(committed_db, cast, programme):
    lose_nothing(cast, programme, "reasons", 5)


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS)
def test_a_hundred_times_each_two_who_write_one_text_lose_nothing(committed_db, cast, programme, text):
    lose_nothing(cast, programme, text, 100)
