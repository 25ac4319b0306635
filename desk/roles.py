"""Where a person holds a role."""

from enum import StrEnum


class RoleKind(StrEnum):
    CLUSTER = "cluster"
    PROGRAM = "program"
    PARTNER = "partner"
    COMPANY = "company"
