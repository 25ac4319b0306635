"""A whole programme as one YAML file: read, checked line by line, written out again (product.md 1.4)."""

from builder.bundle.checks import Bundle, BundleRefused, check_bundle, check_rules, read_bundle, read_data
from builder.bundle.dump import dump_bundle
from builder.bundle.source import MAX_BYTES

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
