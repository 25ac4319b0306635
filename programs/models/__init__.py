from programs.models.agreements import Agreement, Envelope, LedgerEntry, Partner
from programs.models.people import Appointment, PartnerSeat
from programs.models.programs import (
    Accommodation,
    Call,
    FormVersion,
    LetterTemplate,
    Program,
    ProgramFunding,
    ReferenceCounter,
    Rubric,
    Rules,
)

__all__ = [
    "Accommodation",
    "Agreement",
    "Appointment",
    "Call",
    "Envelope",
    "FormVersion",
    "LedgerEntry",
    "LetterTemplate",
    "Partner",
    "PartnerSeat",
    "Program",
    "ProgramFunding",
    "ReferenceCounter",
    "Rubric",
    "Rules",
]
