"""The web's role: made if that can be done, and given what it needs after every migration."""

from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors, sql

from gateway.tenancy.grants import give

log = structlog.get_logger(__name__)


def web_role() -> str:
    """As whom the web and the live process connect; empty if as the owner of the tables."""
    role = str(settings.WEB_DATABASE["USER"])
    return "" if role == settings.OWNER_DATABASE["USER"] else role


def prepare_web_role(connection: BaseDatabaseWrapper) -> None:
    """Give the web's role what it needs of the tables there are. Works as the owner.

    The role is made if it isn't there and who migrates may make one; else its absence is logged:
    the web then says that it can't connect.
    """
    role = web_role()
    if not role:
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        driver: Any = cursor.cursor
        if not _exists(driver, role) and not _made(driver, role):
            log.warning("web_role_missing", role=role, hint="docs/how-to/production.md, step 3")
            return
        give(driver, role=role)


def _exists(cursor: Any, role: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    return cursor.fetchone() is not None


def _made(cursor: Any, role: str) -> bool:
    cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    if not cursor.fetchone()[0]:
        return False
    password = settings.WEB_DATABASE.get("PASSWORD") or ""
    secret: sql.Composable = sql.SQL("")
    if password:
        # Sent as its hash: the text of a statement may be logged.
        hashed = cursor.connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        )
        secret = sql.SQL(" PASSWORD {}").format(sql.Literal(hashed.decode()))
    statement = sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)) + secret
    try:
        with cursor.connection.transaction():
            cursor.execute(statement)
            # So that whoever closes the books sees what the web has open.
            cursor.execute(
                sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT TRUE").format(sql.Identifier(role))
            )
    except (errors.DuplicateObject, errors.UniqueViolation):
        pass  # another database of the same server was migrated at the same time
    return True
