"""The partner's API: read-only, of its own agreements. docs: /api/v1/ and /api/v1/openapi.json."""
