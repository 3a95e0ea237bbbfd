"""Every table that holds a shop's rows is kept apart, or says here why not."""

import re

import pytest
from django.db import connection

from gateway.tenancy import grants
from gateway.tenancy.operations import HOUSE_POLICY
from gateway.tenancy.roles import web_role
from tests.as_web import as_web
from tests.tenancy.tables import asked, kept_tables, tables_of_shops, uuid_of

pytestmark = pytest.mark.django_db

REASONS = {
    "compliance_alerts_alert": "the house's alone: a policy lets no shop see it",
    "compliance_naming_screenedparty": "the house's alone: a policy lets no shop see it",
    "ledger_period": "months that are closed: nothing of a shop, and posting must see them",
    "execution_sweptdeposit": "what a batch swept: deposits of every shop; nothing but their salt",
    "notices_push": "messages to people's devices: the web may not even read it",
}
"""Tables that reach a shop and are not kept apart, and why that is no leak."""


def test_every_table_of_a_shops_rows_has_a_policy_or_a_reason() -> None:
    kept, reaching = set(kept_tables()), tables_of_shops()
    bare = reaching - kept - _of_the_house() - set(REASONS)
    assert not bare, (
        f"{sorted(bare)}: add KeepShopsApart(table) to the migration that makes it"
        " (docs/reference/keeping-shops-apart.md), or say in REASONS why it needs none"
    )


def test_reasons_are_given_for_tables_that_need_one() -> None:
    tables = {name for (name,) in asked("SELECT relname FROM pg_class WHERE relkind IN ('r','p')")}
    assert set(REASONS) <= tables
    assert not set(REASONS) & set(kept_tables())


def test_what_is_suspected_of_a_shop_is_seen_by_the_house_alone() -> None:
    rules = asked(
        "SELECT tablename, qual FROM pg_policies WHERE policyname = %s AND permissive ="
        " 'PERMISSIVE' AND cmd = 'ALL'",
        [HOUSE_POLICY],
    )
    assert {"compliance_alerts_alert", "compliance_cases_case"} <= _of_the_house()
    for table, rule in rules:
        assert re.fullmatch(r"\(\s*SELECT tillway_house\(\) AS tillway_house\)", rule), table
    with as_web(uuid_of(1)):
        assert asked("SELECT count(*) FROM compliance_cases_case") == [(0,)]


def _of_the_house() -> set[str]:
    """The tables that a policy keeps for the house, whatever shop they name."""
    return {
        table
        for (table,) in asked(
            "SELECT c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
            " WHERE p.polname = %s AND c.relrowsecurity",
            [HOUSE_POLICY],
        )
    }


def test_the_lists_of_grants_name_tables_that_there_are() -> None:
    tables = {name for (name,) in asked("SELECT relname FROM pg_class WHERE relkind IN ('r','p')")}
    listed = [grants.HIDDEN, grants.READ_ONLY, grants.APPEND_ONLY, grants.DROPPED]
    assert set().union(*listed) <= tables
    assert sum(map(len, listed)) == len(set().union(*listed)), "a table stands in two lists"


def test_the_web_owns_nothing_and_is_above_no_policy() -> None:
    role = web_role()
    assert asked(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname = %s",
        [role],
    ) == [(False, False, False, False, False)]
    assert asked("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [role]) == [(0,)]
    assert asked(
        "SELECT has_schema_privilege(%s, 'public', 'CREATE'),"
        " has_database_privilege(%s, current_database(), 'TEMPORARY'),"
        " has_database_privilege(%s, current_database(), 'CREATE')",
        [role, role, role],
    ) == [(False, False, False)]


def test_the_web_may_do_with_each_table_what_the_lists_say_and_no_more() -> None:
    held = asked(
        "SELECT c.relname, array_remove(array_agg(CASE WHEN has_table_privilege(%s, c.oid, w)"
        " THEN w END), NULL) FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE',"
        " 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) w"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        "   AND NOT c.relispartition GROUP BY 1",
        [web_role()],
    )
    assert {table: frozenset(words) for table, words in held} == {
        table: grants.privileges_on(table) for table, _ in held
    }


def test_a_partition_is_reached_through_its_parent_alone() -> None:
    reachable = asked(
        "SELECT c.relname FROM pg_class c WHERE c.relispartition AND c.relkind = 'r'"
        " AND has_table_privilege(%s, c.oid, 'SELECT, INSERT, UPDATE, DELETE')",
        [web_role()],
    )
    assert reachable == []


def test_what_refuses_changes_is_not_the_webs_to_change() -> None:
    refusing = {
        table
        for (table,) in asked(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname LIKE '%%refuse_change%%'"
            " AND NOT c.relispartition",
            [],
        )
    }
    assert refusing
    for table in refusing:
        assert grants.privileges_on(table) <= grants.APPEND, table


def test_functions_that_work_as_the_owner_are_the_webs_alone_to_call() -> None:
    open_to_all = asked(
        "SELECT p.proname FROM pg_proc p, aclexplode(coalesce(p.proacl,"
        " acldefault('f', p.proowner))) a WHERE p.pronamespace = 'public'::regnamespace"
        " AND p.prosecdef AND a.grantee = 0"
    )
    assert open_to_all == []


def test_functions_that_work_as_the_owner_ask_whose_shop_it_is_or_find_it_themselves() -> None:
    """None of them may take a shop's id on trust."""
    finding = {
        "accounts_caller",  # by the hash of a secret
        "api_caller",
        "accounts_member",  # by the person's own membership
        "accounts_house_member",
        "accounts_roles_of",
        "accounts_shops_of",
        "accounts_invitation_found",  # by the hash of a secret that was mailed
        "invoices_open",  # by an id that only the shop and its shopper know
        "invoices_shop_of",
        "refunds_open",  # by a link that only its shopper holds
        "links_open",  # by an address that the shop gives away
        "branding_logo",  # by its own name, as the shop's pages tell it to everybody
        "receipts_open",  # by an address that stands on the paper alone
        "presenting_open",  # by a secret that only the wallet was shown
        "issuing_open",  # by a secret of an offer's QR, or one that its wallet was given
        "issuing_standings",  # what the public status list says of its places, not whose
        "tills_entered",  # by the hash of a paired tablet's secret
        "tills_pairing_found",  # by the hash of a code that only its till's managers saw
        "counter_sticker_open",  # by an address that hangs at the shop's till
        "counter_display_entered",  # by the hash of a paired display's secret
        "counter_display_code_found",  # by the hash of a code that only its till showed
    }
    definers = dict(
        asked(
            "SELECT proname, prosrc FROM pg_proc WHERE prosecdef"
            " AND pronamespace = 'public'::regnamespace"
        )
    )
    assert finding <= set(definers)
    for name in set(definers) - finding:
        assert "tillway_must_see(" in definers[name], name


def test_the_owner_sees_every_shop_whatever_the_scope_says() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tillway.shop', %s, true)", [""])
    assert asked("SELECT bool_or(relforcerowsecurity) FROM pg_class") == [(False,)]
