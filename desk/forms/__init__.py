"""Forms of the pages that gather."""
