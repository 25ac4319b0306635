"""The trail, the change feed, who did which duty on which file, and the one turnstile through which states change."""
