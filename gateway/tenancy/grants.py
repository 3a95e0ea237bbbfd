"""What the web's role may do with each table. It owns none, and takes nothing it never needs.

A table that stands in no list may be read, added to and changed (`WRITE`), in the scope that its
policy leaves. Partitions are reached through their parent alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from psycopg import Cursor, sql

READ: Final = frozenset({"SELECT"})
APPEND: Final = READ | {"INSERT"}
WRITE: Final = APPEND | {"UPDATE"}
DROP: Final = WRITE | {"DELETE"}
NONE: Final[frozenset[str]] = frozenset()

HIDDEN: Final = frozenset(
    {
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "bank_files_bankentry",
        "bank_files_bankfile",
        "bank_files_bankorder",
        "bank_files_bankstatement",
        "compliance_presenting_statuslistcopy",
        "compliance_scenarios_observationrow",
        "compliance_scenarios_waitingobservation",
        "compliance_behaviour_personday",
        "compliance_behaviour_tillday",
        "compliance_behaviour_watched",
        "compliance_tracing_lookup",
        "compliance_tracing_seenaddress",
        "compliance_tracing_tracedtransfer",
        "compliance_tracing_traceinputs",
        "django_content_type",
        "django_migrations",
        "notices_mail",
        "notices_push",
        "settlement_batchway",
        "settlement_payoutbatch",
    }
)
"""Never needed."""
READ_ONLY: Final = frozenset(
    {
        "bank_files_bankaccount",
        "billing_feedocument",
        "billing_feeseries",
        "calls_call",
        "chains_block",
        "chains_chain",
        "chains_deposit",
        "chains_noncesequence",
        "chains_outflow",
        "chains_outgoingattempt",
        "chains_processedhead",
        "chains_token",
        "compliance_presenting_trustedissuer",
        "compliance_behaviour_networkseen",
        "compliance_behaviour_stream",
        "compliance_behaviour_streamitem",
        "compliance_cases_casedecision",
        "compliance_cases_recordday",
        "compliance_checkedaddress",
        "compliance_destinations_destinationrelease",
        "compliance_destinations_destinationverdict",
        "compliance_knowing_shoplevel",
        "compliance_knowing_shopplace",
        "compliance_knowing_takenday",
        "compliance_knowing_takeninvoice",
        "compliance_listchange",
        "compliance_listdifference",
        "compliance_listed_entry",
        "compliance_listed_feedfile",
        "compliance_listed_walletkey",
        "compliance_listedaddress",
        "compliance_listversion",
        "compliance_naming_namechange",
        "compliance_scenarios_backtestday",
        "compliance_scenarios_shadowhit",
        "compliance_naming_namechunk",
        "compliance_retracing_retracechange",
        "compliance_retaining_erasure",
        "compliance_retaining_sweep",
        "compliance_tracing_addresslabel",
        "compliance_tracing_walletverdict",
        "compliance_travelling_counterparty",
        "compliance_verdict",
        "ledger_period",
        "ledger_snapshot",
        "ledger_mark",
        "ledger_marked",
        "moving_unreadrow",
        "measures_daybooked",
        "measures_dayedge",
        "measures_daymarkout",
        "measures_deskfill",
        "measures_equityday",
        "measures_equityminute",
        "measures_fairvalues",
        "measures_journalread",
        "measures_position",
        "measures_positionday",
        "notices_letter",
        "shops_feeversion",
        "webhooks_attempt",
    }
)
"""Other processes write them: the watcher and the sender, the lists' loader, the measures,
what carries out what two people agreed to."""
APPEND_ONLY: Final = frozenset(
    {
        "accounts_letter",
        "audit_record",
        "catalogue_itemversion",
        "compliance_behaviour_openinghours",
        "compliance_cases_casealert",
        "compliance_cases_casenote",
        "compliance_cases_casesnapshot",
        "compliance_cases_recordentry",
        "compliance_cases_recordopening",
        "compliance_inquiring_inquiry",
        "compliance_issuing_signingkey",
        "compliance_knowing_shopperplace",
        "compliance_listorder",
        "compliance_reporting_reportcontent",
        "compliance_reporting_reportfile",
        "compliance_reporting_reportreading",
        "compliance_sealed_sealingkey",
        "compliance_tracing_tracerequest",
        "compliance_travelling_exchangemessage",
        "compliance_travelling_payerstatement",
        "compliance_travelling_walletproof",
        "events_event",
        "events_outbox",
        "ledger_account",
        "ledger_entry",
        "ledger_fiatmode",
        "ledger_pending",
        "ledger_posting",
        "ledger_resolution",
        "plugins_pairing",
        "receipts_document",
        "tickets_cashback",
        "tickets_cashtake",
        "tickets_ticketact",
        "shifts_cashmove",
        "shifts_zreport",
        "trying_provocation",
    }
)
"""What is in them stays as it is (or, in the outbox, is for the relay to change)."""
DROPPED: Final = frozenset(
    {
        "accounts_membership",
        "accounts_personlink",
        "accounts_signedin",
        "allocating_credituse",
        "axes_accessattempt",
        "axes_accessattemptexpiration",
        "axes_accessfailurelog",
        "axes_accesslog",
        "django_session",
        "factors_passkey",
        "factors_recoverycode",
        "factors_totp",
        "ledger_pending_open",
        "ledger_set_aside",
        "market_deskhalt",
        "notices_device",
        "notices_pushsilence",
        "notices_silence",
        "tills_pin",
        "webhooks_endpoint",
        "webhooks_replay",
    }
)
"""Whose rows a person's click deletes."""

TABLES_SQL: Final = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition AND pg_has_role(c.relowner, 'MEMBER') ORDER BY 1
"""
DEFINERS_SQL: Final = """
SELECT p.oid::regprocedure::text FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
   AND pg_has_role(p.proowner, 'MEMBER') ORDER BY 1
"""
"""Functions that work as the owner: nobody but the web needs to call them."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the role may do with a table."""

    table: str
    privileges: frozenset[str]


def privileges_on(table: str) -> frozenset[str]:
    """What the web's role may do with a table."""
    for tables, privileges in (
        (HIDDEN, NONE),
        (READ_ONLY, READ),
        (APPEND_ONLY, APPEND),
        (DROPPED, DROP),
    ):
        if table in tables:
            return privileges
    return WRITE


def grants_on(tables: Iterable[str]) -> Iterator[Grant]:
    for table in tables:
        yield Grant(table=table, privileges=privileges_on(table))


def give(cursor: Cursor, *, role: str) -> int:
    """Give the role what it needs of every table there is, and take what it doesn't; how many
    tables. In the caller's transaction, as the owner of the tables."""
    name = sql.Identifier(role)
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tillway grants'))")
    cursor.execute(TABLES_SQL)
    grants = list(grants_on(row[0] for row in cursor.fetchall()))
    for grant in grants:
        table = sql.Identifier(grant.table)
        cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}, PUBLIC").format(table, name))
        if grant.privileges:
            words = sql.SQL(", ").join(map(sql.SQL, sorted(grant.privileges)))
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(words, table, name))
    cursor.execute(DEFINERS_SQL)
    for (function,) in cursor.fetchall():
        signature = sql.SQL(function)
        cursor.execute(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(signature))
        cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(signature, name))
    cursor.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(name))
    # Nothing of its own can stand in the way of a name that the owner's functions look up.
    cursor.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}, PUBLIC").format(name))
    cursor.execute("SELECT current_database()")
    database = sql.Identifier((cursor.fetchone() or ("",))[0])
    cursor.execute(
        sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM {}, PUBLIC").format(database, name)
    )
    cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, name))
    return len(grants)
