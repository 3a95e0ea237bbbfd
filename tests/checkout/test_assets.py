"""Static files: named by content, imports of modules too; a page never fails for want of one."""

import re

import pytest
from django.core.management import call_command

from gateway.checkout.assets import Assets


@pytest.fixture
def assets(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    return Assets()


def test_modules_import_each_other_by_their_hashed_names(settings, assets, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "gateway.checkout.assets.Assets"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    collected = Assets(location=tmp_path)
    name = collected.stored_name("js/checkout.js")
    assert re.fullmatch(r"js/checkout\.[0-9a-f]{12}\.js", name)
    imported = re.findall(r'(?:from|import)\s*"([^"]+)"', (tmp_path / name).read_text())
    assert len(imported) == 2
    assert all(re.fullmatch(r"\./\w+\.[0-9a-f]{12}\.js", path) for path in imported)
    assert all((tmp_path / "js" / path).exists() for path in imported)


def test_before_anything_was_collected_pages_link_the_plain_names(assets):
    assert assets.url("css/tillway.css") == "/static/css/tillway.css"
