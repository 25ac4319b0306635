"""Whom a file competes with: people who act for the applicant of another file of its competition."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from applications.models import Application
from applications.selectors.cohorts import competition_of, told_cohort_of
from audit.actors import Actor, person_key
from programs.models import Call
from reviews.checks.conflicts import Conflict, Ties
from reviews.states import Obstacle

Pair = tuple[int, int]  # the keys of a file and of a person


def rivals_among(
    applications: Collection[Application], ties: Mapping[int, Ties], *, reader: Actor | None = None
) -> dict[Pair, Conflict]:
    """The conflict of each person (a key of `ties`) who acts today for the applicant of another file, sent and not
    decided for good, that competes in the same cohort; by the keys of the file and of the person. As it is told: the
    answer is read on this file by people who are not told what became of the other.

    That there is another file is told to that person, and to a `reader` who reads it as staff; to others, only that
    something is on record. No query when nobody acts for anyone; else as many as there are calls where some meet.
    """
    acting: dict[int, list[int]] = {}
    for person, held in ties.items():
        for organisation in held.organisations:
            acting.setdefault(organisation, []).append(person)
    met: dict[Pair, list[int]] = {}
    for file, rival in _meetings(applications, acting):
        for person in acting[rival.organisation_id]:
            met.setdefault((file.pk, person), []).append(rival.pk)
    found = {rival for rivals in met.values() for rival in rivals}
    read = Application.objects.of_staff(reader).filter(pk__in=found) if found and reader else ()
    told, own = {one.pk for one in read}, person_key(reader) if reader else None
    return {pair: _conflict(rivals, told=pair[1] == own or told.issuperset(rivals)) for pair, rivals in met.items()}


def _meetings(
    applications: Collection[Application], organisations: Collection[int]
) -> Iterator[tuple[Application, Application]]:
    """Each of these files with each one of `organisations` that it competes with."""
    if not organisations:
        return
    asked = {one.call_id for one in applications}
    rows = Application.objects.told_under_way().filter(call__in=asked, organisation__in=organisations)
    theirs: dict[int, list[Application]] = {}
    for rival in rows.order_by("pk"):
        theirs.setdefault(rival.call_id, []).append(rival)
    calls = Call.objects.select_related("rules").in_bulk(theirs) if theirs else {}
    for key, call in calls.items():
        yield from _of_one_cohort(call, [one for one in applications if one.call_id == key], theirs[key])


def _of_one_cohort(
    call: Call, files: Sequence[Application], rivals: Sequence[Application]
) -> Iterator[tuple[Application, Application]]:
    competition = competition_of(call)
    cohorts = {rival.pk: told_cohort_of(rival, competition) for rival in rivals}
    for file in files:
        cohort = told_cohort_of(file, competition)
        for rival in rivals:
            if cohort is not None and cohorts[rival.pk] == cohort and rival.organisation_id != file.organisation_id:
                yield file, rival


def _conflict(rivals: Sequence[int], *, told: bool) -> Conflict:
    words = _("has a tie to this call on record, which is not shown here")
    if told:
        words = _("acts for an organisation that competes in this call")
    return Conflict(Obstacle.RIVAL, words, tuple(str(one) for one in rivals))
