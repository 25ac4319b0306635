"""Pages about reviews: 403 with its sentence for who is barred from a file, 404 for who has no part in it."""
