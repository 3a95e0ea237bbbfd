"""What the house wrote down while all the other tests attacked it."""

import re

from tests.house.place import Place


def test_no_secret_is_in_the_log(place: Place) -> None:
    house = place.shop.house
    log = (house.state / "house.log").read_text(errors="replace")
    assert log
    secrets = {
        "API key": place.key,
        "password": place.shop.password,
        "django's secret": (house.state / "django.secret").read_text().strip(),
        "field key": (house.state / "fields.secret").read_text().strip(),
        "dev key": "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    }
    for path in (house.state / "custody").rglob("*"):
        if path.is_file() and path.stat().st_size < 200:
            secrets[path.name] = path.read_text(errors="replace").strip()
    for name, secret in secrets.items():
        assert not secret or secret not in log, f"{name} is in house.log"
    assert not re.search(r"tw_(test|live)_[A-Za-z0-9_-]{20,}", log)
    assert not re.search(r"whsec_[A-Za-z0-9+/]{16,}", log)
    assert not re.search(r"(?i)(private|secret)[ _]key\W+(0x)?[0-9a-f]{64}", log)
    assert "csrfmiddlewaretoken" not in log
    assert "sessionid=" not in log


def test_nothing_went_wrong_that_nobody_expected(place: Place) -> None:
    log = (place.shop.house.state / "house.log").read_text(errors="replace")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log)
    for word in ("api_failed", "Internal Server Error", "deposit_of_other_mode", "EntryConflict"):
        assert word not in plain, plain[max(plain.find(word) - 300, 0) : plain.find(word) + 1_500]
