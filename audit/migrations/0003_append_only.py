"""What only grows: the database itself refuses to change, remove or empty the trail, its readings and its feed.

A refusal is an integrity error (SQLSTATE 23001), for every role that does not own the tables' triggers.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

# A head moves one entry at a time; it starts empty.
HEAD = """
CREATE FUNCTION audit_head_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.count = 0 AND NEW.digest = '' THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND NEW.count = OLD.count + 1 AND NEW.id = OLD.id
        AND NEW.subject_type = OLD.subject_type AND NEW.subject_id = OLD.subject_id
        AND NEW.application_id IS NOT DISTINCT FROM OLD.application_id THEN RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_head_guard BEFORE INSERT OR UPDATE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_head_guard();
CREATE TRIGGER audit_head_keep BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_whole BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

# A personal text may be blanked once, with its salt and the instant; nothing else.
ERASABLE = """
CREATE FUNCTION audit_erasable_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.value = '' AND NEW.salt = ''
        AND NEW.id = OLD.id AND NEW.entry_id = OLD.entry_id AND NEW.field = OLD.field THEN RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_erasable_guard BEFORE UPDATE ON audit_erasable
    FOR EACH ROW EXECUTE FUNCTION audit_erasable_guard();
CREATE TRIGGER audit_erasable_keep BEFORE DELETE ON audit_erasable
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_erasable_whole BEFORE TRUNCATE ON audit_erasable
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

# Row triggers of a partitioned table reach its partitions by themselves; TRUNCATE triggers do not, so each
# partition gets its own when it is made. A month whose readings are already in the default partition stays there.
PARTITIONS = """
CREATE FUNCTION audit_make_reading_partition(month date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    name text := 'audit_reading_' || to_char(month, 'YYYY_MM');
    first timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    next timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(name) IS NOT NULL
        OR EXISTS (SELECT FROM audit_reading_default WHERE at >= first AND at < next) THEN RETURN NULL;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF audit_reading FOR VALUES FROM (%L) TO (%L)', name, first, next);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()',
        name || '_whole', name);
    RETURN name;
END $$;
CREATE TRIGGER audit_reading_default_whole BEFORE TRUNCATE ON audit_reading_default
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
SELECT audit_make_reading_partition((date_trunc('month', now()) + n * interval '1 month')::date)
    FROM generate_series(0, 2) AS n;
"""

GROWING = ("entry", "reading", "change", "epoch", "standing", "dutydone")


def only_grows(table: str) -> migrations.RunSQL:
    """The two triggers of a table whose rows are never changed."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION audit_refuse();
        CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
        """,
        f"DROP TRIGGER {table}_keep ON {table}; DROP TRIGGER {table}_whole ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_readings")]

    operations = [
        migrations.RunSQL("INSERT INTO audit_epoch (number, at) VALUES (1, now())", "DELETE FROM audit_epoch"),
        migrations.RunSQL(REFUSE, "DROP FUNCTION audit_refuse()"),
        *(only_grows(f"audit_{name}") for name in GROWING),
        migrations.RunSQL(
            HEAD,
            """
            DROP TRIGGER audit_head_whole ON audit_head;
            DROP TRIGGER audit_head_keep ON audit_head;
            DROP TRIGGER audit_head_guard ON audit_head;
            DROP FUNCTION audit_head_guard();
            """,
        ),
        migrations.RunSQL(
            ERASABLE,
            """
            DROP TRIGGER audit_erasable_whole ON audit_erasable;
            DROP TRIGGER audit_erasable_keep ON audit_erasable;
            DROP TRIGGER audit_erasable_guard ON audit_erasable;
            DROP FUNCTION audit_erasable_guard();
            """,
        ),
        migrations.RunSQL(
            PARTITIONS,
            """
            DO $$ DECLARE part regclass; BEGIN
                FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'audit_reading'::regclass
                LOOP EXECUTE format('DROP TRIGGER %I ON %s', part::text || '_whole', part); END LOOP;
            END $$;
            DROP FUNCTION audit_make_reading_partition(date);
            """,
        ),
    ]
