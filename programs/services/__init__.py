"""Every write about programmes, calls, and the people appointed to them. Import from the modules themselves."""
