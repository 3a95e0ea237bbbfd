"""No table that tests commit to keeps what they left."""

from django.apps import apps

from tests.wiping import UNMANAGED


def test_every_table_that_djangos_flush_does_not_know_is_emptied() -> None:
    unknown = {model._meta.db_table for model in apps.get_models() if not model._meta.managed}
    assert unknown <= set(UNMANAGED)
