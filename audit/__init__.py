"""The trail, the change feed, who did which duty on which file, and the turnstile through which states change."""
