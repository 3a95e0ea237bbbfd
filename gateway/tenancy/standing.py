"""Do the walls between shops stand, for the role that asks; and does it see over them?"""

from typing import Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from gateway.tenancy.operations import HOUSE_POLICY, POLICY

STANDING_SQL: Final = """
SELECT r.rolname, r.rolsuper OR r.rolbypassrls, k.owned, k.kept, k.switched_off, pg_backend_pid()
  FROM pg_roles r, (
      SELECT count(*) AS kept,
             count(*) FILTER (WHERE pg_has_role(c.relowner, 'MEMBER')) AS owned,
             string_agg(c.relname, ', ') FILTER (WHERE NOT c.relrowsecurity) AS switched_off
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
       WHERE p.polname = ANY(%s) AND c.relnamespace = 'public'::regnamespace) k
 WHERE r.rolname = current_user
"""


SEES_SQL: Final = """
SELECT current_user, pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') OR EXISTS (
    SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid, 'USAGE'))
"""


def sight_problem(role: str, connection: BaseDatabaseWrapper | None = None) -> str:
    """Why this connection can't see what the web's role has open; empty if it can. One query.

    What closes a month, marks a day or follows the journal has to know the oldest open transaction:
    PostgreSQL shows its start to whom has the rights of its role or of ``pg_read_all_stats`` only.
    """
    asked = connections["default"] if connection is None else connection
    with asked.cursor() as cursor:
        cursor.execute(SEES_SQL, [role])
        owner, sees = cursor.fetchone()
    return "" if sees else f"the role {owner} does not see when transactions of {role} began"


def walls_problem(connection: BaseDatabaseWrapper | None = None) -> str:
    """Why this connection could see more than its scope; empty if it can't. One query."""
    asked = connections["default"] if connection is None else connection
    with asked.cursor() as cursor:
        cursor.execute(STANDING_SQL, [[POLICY, HOUSE_POLICY]])
        role, is_above, owned, kept, switched_off, server_pid = cursor.fetchone()
    if is_above or owned:
        return f"the role {role} is above the policies that keep shops apart: set WEB_DATABASE_URL"
    if not kept:
        return "no policy keeps shops apart: apply the migrations"
    if switched_off:
        return f"row-level security is switched off on {switched_off}"
    if asked.connection.info.backend_pid != server_pid:
        return "a pooler stands between the web and PostgreSQL: a session's scope would wander"
    return ""
