"""Every write about files: drafts, sponsors, submission, screening, changes. Import from the modules themselves."""
