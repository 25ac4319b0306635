"""What whoever owns the database can do to the trail."""

from django.db import connection


def tamper(statement, *values):
    """Run `statement` with every trigger of the trail's tables off, as the owner of the database could."""
    tables = ("audit_entry", "audit_head", "audit_erasable")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(statement, values)
        assert cursor.rowcount > 0
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def move_to_the_end(condition):
    """The entries that fulfil the condition come last where nothing is said of their order: the table is read in the
    order of its pages, by no index."""
    with connection.cursor() as cursor:
        for scan in ("index", "bitmap"):
            cursor.execute(f"SET LOCAL enable_{scan}scan = off")
    tamper(f"UPDATE audit_entry SET verb = verb WHERE {condition}")
