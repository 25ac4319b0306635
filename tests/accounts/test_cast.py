"""The cast that every other test stands on."""

from audit.models import Entry
from notifications.models import Message


def test_cast_is_in_office_and_the_outbox_is_empty(cast, cluster, usinage):
    from accounts.rules import is_administrator, is_member, is_signatory

    assert is_administrator(cast.administrator, cluster)
    assert is_signatory(usinage, cast.sophie)
    assert is_member(usinage, cast.olivier)
    assert not is_signatory(usinage, cast.olivier)
    assert Message.objects.count() == 0


def test_cast_comes_back_the_same_and_can_be_written_after(cast, cluster):
    from accounts.services import appoint_to_cluster

    before = Entry.objects.count()
    appoint_to_cluster(cast.ana, cluster, by=cast.administrator, role="finance")
    assert Entry.objects.count() == before + 1


def test_programme_is_imported_with_the_whole_cast_appointed_on_it(cast, programme):
    from decimal import Decimal

    from funding.rules import holds_partner_role
    from programs.roles import ProgramRole
    from programs.rules import approval_limit, holds, is_program_officer

    assert is_program_officer(programme, cast.officer)
    assert approval_limit(cast.approver, programme) == Decimal("250000.00")
    for reviewer in (cast.ana, cast.ben, cast.chloe, cast.dev):
        assert holds(reviewer, ProgramRole.REVIEWER, programme)
    (partner,) = {agreement.partner for agreement in programme.agreements.all()}
    assert holds_partner_role(cast.concurrence, "concurrence", partner)
    assert holds_partner_role(cast.analyst, "analyst", partner)
