from programs.models.people import Appointment
from programs.models.programs import (
    Accommodation,
    Call,
    FormVersion,
    Program,
    ProgramFunding,
    ReferenceCounter,
    Rubric,
    Rules,
)

__all__ = [
    "Accommodation",
    "Appointment",
    "Call",
    "FormVersion",
    "Program",
    "ProgramFunding",
    "ReferenceCounter",
    "Rubric",
    "Rules",
]
