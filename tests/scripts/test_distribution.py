"""The statements that distribute the tables leave every key in a form that a node can keep by itself."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.database import fresh_database
from tests.serving import Template

SCRIPT = Path(__file__).parents[2] / "scripts" / "distribution.py"
AS_CITUS_WOULD = """
CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION create_distributed_table(name regclass, by text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE found record;
BEGIN
    FOR found IN SELECT indexrelid::regclass AS key FROM pg_index WHERE indrelid = name AND indisunique AND NOT EXISTS (
        SELECT 1 FROM pg_attribute WHERE attrelid = name AND attname = by AND attnum = ANY (indkey::smallint[]))
    LOOP RAISE EXCEPTION '% is unique without %', found.key, by; END LOOP;
    FOR found IN SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = name AND confrelid <> 'accounts_organisation'::regclass
        AND EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = confrelid AND attname = 'organisation_id') AND confrelid IN (
            SELECT relation FROM distributed)
    LOOP RAISE EXCEPTION '% refers beyond a node', found.conname; END LOOP;
END $$;
"""


@pytest.mark.postgresql
def test_every_key_begins_with_the_organisation_and_nothing_refers_beyond_a_node(template: Template) -> None:
    statements = subprocess.run([sys.executable, SCRIPT], check=True, capture_output=True, text=True).stdout
    distributed = [line.split("'")[1] for line in statements.splitlines() if "create_distributed_table" in line]
    assert {"incidents_incident", "incidents_entry", "ingest_rawbody", "ingest_alert", "comms_delivery"} <= set(distributed)
    with fresh_database(template.served.database_url) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TEMPORARY TABLE distributed (relation oid)")
        for table in distributed:
            connection.execute("INSERT INTO distributed VALUES (%s::regclass)", [table])
        connection.execute(AS_CITUS_WOULD)  # type: ignore[call-overload]
        connection.execute(statements)  # type: ignore[call-overload]
        connection.rollback()
