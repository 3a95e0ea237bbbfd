"""The bundle's tables, each one statement in an order of its own.

Times go by the database's clock where a row has one (``booked_at``), so that what is in a period
stays in it. Of what people decided later than the period a row tells nothing, so that a period
whose months are closed is the same bytes whenever it is taken. ``%(start)s`` is the first day's
first moment in UTC, ``%(end)s`` that of the day after the last.
"""

from dataclasses import dataclass
from typing import Final

from gateway.ledger.moments import TRIAL_SQL


@dataclass(frozen=True, slots=True)
class AuditTable:
    """A file of the bundle.

    Attributes:
        about: what it holds, for the manifest.
    """

    name: str
    about: str
    sql: str


def _then(column: str, known_at: str) -> str:
    """A column that was written by the period's end; empty otherwise."""
    return f"CASE WHEN {known_at} < %(end)s THEN {column} END AS {column.rpartition('.')[2]}"


def _trial(moment: str) -> str:
    inner = TRIAL_SQL["booked", False]
    for name in ("at", "before", "after"):
        inner = inner.replace(f"%({name})s", f"%({moment})s::timestamptz")
    return inner


_OPENING, _CLOSING = _trial("start"), _trial("end")


def _balances(inner: str) -> str:
    return (
        f"SELECT t.account, t.asset, t.units FROM ({inner}) AS t (account, asset, units, accounts)"  # noqa: S608
        " ORDER BY t.account, t.asset"
    )


JOURNAL: Final = AuditTable(
    "journal.csv",
    "every line of every entry booked in the period, in the order of booking; debits positive",
    """
SELECT p.booked_at, e.happened_at, e.id AS entry_id, e.key, e.kind, e.shop_id, e.reverses_id,
       p.line, a.name AS account, p.asset, p.units, e.refs::text AS refs
  FROM ledger_posting p
  JOIN ledger_entry e ON e.id = p.entry_id
  JOIN ledger_account a ON a.id = p.account_id
 WHERE p.booked_at >= %(start)s AND p.booked_at < %(end)s
 ORDER BY p.booked_at, p.entry_id, p.line
""",
)
PROOF: Final = AuditTable(
    "proof.csv",
    "each account: opening + moved (the journal's lines) = closing; checked when this was made",
    f"""
SELECT account, asset, coalesce(o.units, 0) AS opening, coalesce(m.units, 0) AS moved,
       coalesce(c.units, 0) AS closing
  FROM ({_OPENING}) AS o (account, asset, units, accounts)
  FULL JOIN (SELECT a.name, p.asset, sum(p.units)
               FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
              WHERE p.booked_at >= %(start)s AND p.booked_at < %(end)s
              GROUP BY 1, 2) AS m (account, asset, units) USING (account, asset)
  FULL JOIN ({_CLOSING}) AS c (account, asset, units, accounts) USING (account, asset)
 ORDER BY account, asset
""",  # noqa: S608
)
TABLES: Final = (
    JOURNAL,
    AuditTable(
        "trial_balance_first.csv", "every account before the first day", _balances(_OPENING)
    ),
    AuditTable("trial_balance_last.csv", "every account after the last day", _balances(_CLOSING)),
    PROOF,
    AuditTable(
        "periods.csv",
        "closed months that reach into the period",
        """
SELECT name, starts_at, ends_at, closed_at, closed_by, reference, entry_id FROM ledger_period
 WHERE starts_at < %(end)s AND ends_at > %(start)s ORDER BY name
""",
    ),
    AuditTable(
        "approvals.csv",
        "acts of two people that ended in the period, with what was agreed to",
        """
SELECT id, kind, subject, shop_id, mode, decider, payload, payload_hash, origin, reason, state,
       maker, checker, ended_by, end_reason, proposed_at, decided_at, not_before, ended_at
  FROM approvals_act WHERE ended_at >= %(start)s AND ended_at < %(end)s ORDER BY id
""",
    ),
    AuditTable(
        "approvals_open.csv",
        "acts that were open at the period's end, as they were proposed",
        """
SELECT id, kind, subject, shop_id, mode, decider, payload, payload_hash, origin, reason, proposed_at
  FROM approvals_act
 WHERE proposed_at < %(end)s AND (ended_at IS NULL OR ended_at >= %(end)s) ORDER BY id
""",
    ),
    AuditTable(
        "list_versions.csv",
        "versions of screening lists that were in force in the period",
        f"""
SELECT id, source_id AS source, number, hash, entries, added, removed, forced, loaded_by, loaded_at,
       {_then("retired_at", "retired_at")}
  FROM compliance_listversion
 WHERE loaded_at < %(end)s AND (retired_at IS NULL OR retired_at >= %(start)s)
 ORDER BY source_id, number
""",  # noqa: S608
    ),
    AuditTable(
        "verdicts.csv",
        "what the lists said of each deposit; versions name each list with its hash",
        """
SELECT id, deposit_id, shop_id, given_at,
       CASE WHEN matches = '[]'::jsonb THEN 'clear' ELSE 'listed' END AS found,
       versions_key, versions::text AS versions, checked::text AS checked, matches::text AS matches
  FROM compliance_verdict WHERE given_at >= %(start)s AND given_at < %(end)s ORDER BY id
""",
    ),
    AuditTable(
        "holds.csv",
        "holds that were open in the period, with what two people decided by its end",
        f"""
SELECT id, verdict_id, deposit_id, shop_id, opened_at,
       {_then("decision", "approved_at")}, {_then("reason", "approved_at")},
       {_then("proposed_by", "approved_at")}, {_then("proposed_at", "approved_at")},
       {_then("approved_by", "approved_at")}, {_then("approved_at", "approved_at")}
  FROM compliance_hold
 WHERE opened_at < %(end)s AND (approved_at IS NULL OR approved_at >= %(start)s) ORDER BY id
""",  # noqa: S608
    ),
    AuditTable(
        "reconciliation_runs.csv",
        "comparisons of the books with the world",
        """
SELECT id, asked_by, version, started_at, ended_at FROM reconciling_reconciliationrun
 WHERE started_at >= %(start)s AND started_at < %(end)s ORDER BY id
""",
    ),
    AuditTable(
        "reconciliation_lines.csv",
        "what each comparison found, account by account",
        """
SELECT l.run_id, l.account, l.asset, l.decimals, l.state, l.reason, l.booked_units, l.told_units,
       l.difference_units, l.items::text AS items, l.block_number, l.block_hash, l.source, l.at
  FROM reconciling_reconciliationline l JOIN reconciling_reconciliationrun r ON r.id = l.run_id
 WHERE r.started_at >= %(start)s AND r.started_at < %(end)s ORDER BY l.run_id, l.account, l.asset
""",
    ),
    AuditTable(
        "differences.csv",
        "differences that were open in the period, with how they ended by its end",
        f"""
SELECT id, mode, account, asset, decimals, opened_at, first_line_id,
       CASE WHEN closed_at < %(end)s THEN status ELSE 'open' END AS status,
       {_then("units", "closed_at")}, CASE WHEN closed_at < %(end)s THEN causes::text END AS causes,
       {_then("proposed_by", "closed_at")}, {_then("proposed_because", "closed_at")},
       {_then("closed_by", "closed_at")}, {_then("closed_at", "closed_at")}
  FROM reconciling_difference
 WHERE opened_at < %(end)s AND (closed_at IS NULL OR closed_at >= %(start)s) ORDER BY id
""",  # noqa: S608
    ),
    AuditTable(
        "difference_notes.csv",
        "what people wrote about differences",
        """
SELECT id, difference_id, by, at, text FROM reconciling_differencenote
 WHERE at >= %(start)s AND at < %(end)s ORDER BY id
""",
    ),
    AuditTable(
        "payouts.csv",
        "payouts that ended in the period",
        """
SELECT id, shop_id, mode, status, asset, decimals, units, taken_asset, taken_units, ramp, chain_id,
       destination, trigger, reason, tx_hash, fee_units AS gas_wei, failure_code,
       conversion::text AS conversion, requested_at, approved_at, sent_at, ended_at
  FROM settlement_payout WHERE ended_at >= %(start)s AND ended_at < %(end)s ORDER BY id
""",
    ),
    AuditTable(
        "payout_invoices.csv",
        "the payments that each of these payouts pays; a row without a deposit stands on none",
        """
SELECT u.payout_id, c.invoice_id, u.deposit_id, u.asset, u.units
  FROM settlement_payout p
  JOIN allocating_credituse u ON u.payout_id = p.id
  LEFT JOIN allocating_shopcredit c ON c.deposit_id = u.deposit_id
 WHERE p.ended_at >= %(start)s AND p.ended_at < %(end)s ORDER BY u.payout_id, u.id
""",
    ),
    AuditTable(
        "fee_versions.csv",
        "versions of shops' fees that came into force by the period's end",
        """
SELECT shop_id, number, fee_bps, in_force_from, set_by, act_id, reason FROM shops_feeversion
 WHERE in_force_from < %(end)s ORDER BY shop_id, number
""",
    ),
    AuditTable(
        "fee_invoices.csv",
        "fee invoices and credit notes issued in the period",
        """
SELECT mode, number, id, kind, shop_id, month, revision, corrects_id, lines::text AS lines, reason,
       issued_by, issued_at
  FROM billing_feedocument WHERE issued_at >= %(start)s AND issued_at < %(end)s
 ORDER BY mode, number
""",
    ),
)
