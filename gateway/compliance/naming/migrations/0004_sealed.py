"""What was asked about people and answered before is sealed, by pages while the house works."""

from collections.abc import Iterable
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

PARTIES = "ScreenedParty"
VERDICTS = "NameVerdict"


def seal_names(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Under the key of whom they are about, or of the day of a mere look."""
    from gateway.compliance.sealed.paging import by_pages

    told = (apps.get_model("compliance_naming", name) for name in (PARTIES, VERDICTS))
    every_party, every_verdict = (one.objects.using(editor.connection.alias) for one in told)

    def parties(page: list[Any]) -> None:
        keys = _keys(page)
        abouts = {row.about for row in page}
        sealed = set(
            every_party.filter(about__in=abouts, query__has_key="sealed_for").values_list(
                "mode", "name_index"
            )
        )
        kept = []
        for row in page:
            key = keys[_key_name(row)]
            row.name_index = key.index(row.query["name"])
            row.query = _sealed(row.query, key)
            if (row.mode, row.name_index) not in sealed:  # else it was put anew while this ran
                kept.append(row)
        every_party.bulk_update(kept, ["name_index", "query"])
        every_party.filter(id__in=_gone(page, kept)).delete()

    def verdicts(page: list[Any]) -> None:
        keys = _keys(page)
        for row in page:
            key = keys[_key_name(row)]
            row.query = _sealed(row.query, key)
            row.matches = _sealed(row.matches, key) if row.matches else []
            row.set_aside = _sealed(row.set_aside, key) if row.set_aside else []
        every_verdict.bulk_update(page, ["query", "matches", "set_aside"])

    by_pages(every_party.exclude(query__has_key="sealed_for"), parties)
    by_pages(every_verdict.exclude(query__has_key="sealed_for"), verdicts)


def open_names(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Back to their words. Of whom the key is gone nothing can be said: their rows go."""
    from gateway.compliance.sealed.paging import by_pages
    from gateway.compliance.sealed.sealing import opened

    told = (apps.get_model("compliance_naming", name) for name in (PARTIES, VERDICTS))
    every_party, every_verdict = (one.objects.using(editor.connection.alias) for one in told)

    def parties(page: list[Any]) -> None:
        told = opened({str(row.id): row.query for row in page})
        kept = [row for row in page if "erased" not in told[str(row.id)]]
        for row in kept:
            row.query = told[str(row.id)]
            row.name_index = row.query["name"]
        every_party.bulk_update(kept, ["name_index", "query"])
        every_party.filter(id__in=_gone(page, kept)).delete()

    def verdicts(page: list[Any]) -> None:
        names = ("query", "matches", "set_aside")
        told = opened({str(row.id): {name: getattr(row, name) for name in names} for row in page})
        kept = [row for row in page if "erased" not in told[str(row.id)]["query"]]
        for row in kept:
            for name in names:
                setattr(row, name, told[str(row.id)][name])
        every_verdict.bulk_update(kept, names)
        every_verdict.filter(id__in=_gone(page, kept)).delete()

    by_pages(every_party.filter(query__has_key="sealed_for"), parties)
    by_pages(every_verdict.filter(query__has_key="sealed_for"), verdicts)


def _keys(page: list[Any]) -> dict[str, Any]:
    from gateway.compliance.naming.sealed_names import NamesKey
    from gateway.compliance.sealed.keys import keys_for

    found = keys_for({_key_name(row) for row in page}, now=timezone.now())
    return {name: NamesKey(about=name, key=key) for name, key in found.items()}


def _key_name(row: Any) -> str:
    from gateway.compliance.naming.sealed_names import key_name

    day = row.given_at if hasattr(row, "given_at") else row.put_at
    return key_name(row.about, day=day.date())


def _sealed(told: Any, key: Any) -> dict[str, str]:
    from gateway.compliance.sealed.tokens import token_of

    return token_of(told, about=key.about, key=key.key)


def _gone(page: Iterable[Any], kept: Iterable[Any]) -> list[Any]:
    there = {row.id for row in kept}
    return [row.id for row in page if row.id not in there]


class Migration(migrations.Migration):
    atomic = False  # each page is a transaction of its own

    dependencies = [
        ("compliance_naming", "0003_names_by_index"),
        ("compliance_sealed", "0001_keys"),
    ]

    operations = [migrations.RunPython(seal_names, open_names)]
