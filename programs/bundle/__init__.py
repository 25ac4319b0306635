"""A whole programme as one YAML file: read, checked line by line, written out again (product.md 1.4)."""

from programs.bundle.checks import Bundle, BundleRefused, check_bundle, check_rules, read_bundle, read_data
from programs.bundle.dump import dump_bundle
from programs.bundle.source import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "Bundle",
    "BundleRefused",
    "check_bundle",
    "check_rules",
    "dump_bundle",
    "read_bundle",
    "read_data",
]
