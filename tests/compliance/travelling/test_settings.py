"""TRAVEL_RULE is read strictly; what can't be is named before a transfer has to find out."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gateway.compliance.travelling.checks import check_travel_rule
from gateway.compliance.travelling.configuration import asset_name, asset_named, travel_settings
from gateway.compliance.travelling.errors import AssetUnnamed, TravelUnreadable
from gateway.compliance.travelling.models import Counterparty
from gateway.compliance.travelling.trp_fields import AssetName
from tests.compliance.travelling.conftest import DTI, fingerprint


@pytest.mark.parametrize(
    "told",
    [
        {"establishments": ["XX"]},
        {"lei": "529900T8BM49AURSDO56"},
        {"country": "UK"},
        {"proof_days": 0},
        {"certificate": "a.pem"},
        {"unknown": 1},
        {"test_shops": "yes"},
    ],
)
def test_what_can_not_be_read_is_refused_and_checked(told: dict[str, Any], settings: Any) -> None:
    settings.TRAVEL_RULE = told
    with pytest.raises(TravelUnreadable):
        travel_settings()
    assert [each.id for each in check_travel_rule()] == ["tillway.E064"]


def test_files_are_there_and_a_header_needs_its_proxy(settings: Any, tmp_path: Path) -> None:
    settings.TRAVEL_RULE = {}
    assert check_travel_rule() == []
    missing = str(tmp_path / "none.pem")
    settings.TRAVEL_RULE = {"certificate": missing, "certificate_key": missing}
    assert len(check_travel_rule()) == 2
    settings.TRAVEL_RULE = {"certificate_header": "X-Client-Cert"}
    settings.BEHIND_PROXY = False
    assert "no proxy writes" in check_travel_rule()[0].msg
    settings.BEHIND_PROXY = True
    assert check_travel_rule() == []


def test_live_shops_count_by_the_fatfs_figures_where_nothing_is_set(settings: Any) -> None:
    settings.TRAVEL_RULE = {}
    told = travel_settings()
    assert told.establishments == {"FATF"}
    assert told.counts("live") and not told.counts("test")


def test_a_token_without_a_name_between_providers_is_not_named(settings: Any) -> None:
    settings.TRAVEL_RULE = {"dti": {"USDC@1": DTI, "USDC@8453": DTI}}
    assert asset_name("USDC@1") == AssetName(dti=DTI)
    assert asset_named(AssetName(dti=DTI)) == {"USDC@1", "USDC@8453"}
    assert asset_named(asset_name("ETH@1")) == {"ETH@1"}
    with pytest.raises(AssetUnnamed):
        asset_name("ETH@8453")


@pytest.mark.django_db
def test_a_provider_is_named_and_ended_on_the_server(
    tmp_path: Path, certificates: dict[str, tuple[Path, Path]]
) -> None:
    file = tmp_path / "acme.json"
    (tmp_path / "acme.pem").write_bytes(certificates["acme"][0].read_bytes())
    file.write_text(
        '{"name": "acme", "legal_name": "Acme AG", "country": "CH", "hosts": ["a.example"],'
        ' "certificate": "acme.pem"}'
    )
    said = StringIO()
    call_command("counterparties", put=str(file), by="Ada", stdout=said)
    assert said.getvalue() == "acme #1: Acme AG, CH; a.example\n"
    named = Counterparty.objects.get()
    assert bytes(named.certificate) == fingerprint(certificates["acme"][0])
    assert named.put_by == "Ada"
    call_command("counterparties", end="acme", stdout=StringIO())
    with pytest.raises(CommandError, match="counterparty_unknown"):
        call_command("counterparties", end="acme", stdout=StringIO())
    file.write_text('{"name": "acme"}')
    with pytest.raises(CommandError):
        call_command("counterparties", put=str(file), stdout=StringIO())
