"""The ledger only grows: the database itself refuses to change, remove or empty its entries."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION programs_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % refused; a correction is a new entry', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_entry_unchanged BEFORE UPDATE OR DELETE ON programs_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION programs_ledger_only_grows();
CREATE TRIGGER ledger_entry_not_emptied BEFORE TRUNCATE ON programs_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION programs_ledger_only_grows();
"""
BACKWARD = """
DROP TRIGGER ledger_entry_not_emptied ON programs_ledgerentry;
DROP TRIGGER ledger_entry_unchanged ON programs_ledgerentry;
DROP FUNCTION programs_ledger_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
