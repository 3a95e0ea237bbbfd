"""Gauges of the screening lists: how old each one's last good check is, and what it names.

Each enabled list has a row in every gauge; the house's own has one without any list.
"""

from gateway.supervisor.gauges import DatabaseGauge

LIST_GAUGES = (
    DatabaseGauge(
        "lists_missing", "Enabled lists without a version in force; 1 too where there is no list"
    ),
    DatabaseGauge(
        "list_checked_age_seconds",
        "Since the list was last found good; +Inf: it never was",
        ("list",),
    ),
    DatabaseGauge("list_refused", "1 while its last look was refused or failed", ("list",)),
    DatabaseGauge("list_version", "Number of the version in force; 0: none", ("list",)),
    DatabaseGauge("list_entities", "Entities that it names", ("list",)),
    DatabaseGauge("list_addresses", "EVM addresses that it names", ("list",)),
    DatabaseGauge(
        "list_changes_unfinished",
        "Versions of it that have not reached every deposit they touch; no payout leaves meanwhile",
        ("list",),
    ),
)

LIST_GAUGES_SQL = """
SELECT 'lists_missing', '{}'::text[],
       (CASE WHEN count(*) = 0 THEN 1
             ELSE count(*) FILTER (WHERE version_id IS NULL) END)::float8
  FROM compliance_listsource WHERE enabled
UNION ALL
SELECT g.name, ARRAY[s.name], g.value
  FROM compliance_listsource s
  LEFT JOIN compliance_listversion v ON v.id = s.version_id
 CROSS JOIN LATERAL (VALUES
       ('list_checked_age_seconds', coalesce(
           extract(epoch FROM clock_timestamp() - s.checked_at)::float8, 'Infinity')),
       ('list_refused', (s.refusal <> '')::int::float8),
       ('list_version', s.number::float8),
       ('list_entities', coalesce(v.entities, 0)::float8),
       ('list_addresses', coalesce(v.entries, 0)::float8),
       ('list_changes_unfinished', (
           SELECT count(*) FROM compliance_listchange c
            WHERE c.source_id = s.name AND c.finished_at IS NULL)::float8)) AS g (name, value)
 WHERE s.enabled
"""
