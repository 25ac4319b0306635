"""What pays a programme."""

from django.db.models import QuerySet

from programs.models import Program, ProgramFunding


def funding_of(program: Program) -> QuerySet[ProgramFunding]:
    """What each agreement pays of the programme's awards, by the reference of the agreement."""
    return program.funding.select_related("agreement__partner").order_by("agreement__reference")
