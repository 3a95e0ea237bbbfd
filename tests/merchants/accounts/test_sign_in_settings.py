"""Settings of the sign-in's brake that would lock everybody out, or hold nobody back."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from tests.conftest import CHECKOUT


@pytest.mark.parametrize("name", ["SIGN_IN_BURST", "SIGN_IN_REFILL_SECONDS"])
@pytest.mark.parametrize("value", [0, -3, 10**6, "", "many", "1.5"])
def test_a_brake_that_makes_no_sense_is_named(settings, name, value):
    call_command("check", tags=["tillway"])
    setattr(settings, name, value)
    with pytest.raises(SystemCheckError) as refused:
        call_command("check", tags=["tillway"])
    assert f"{name} is {value!r}" in str(refused.value)
    assert "whole number from 1 to" in str(refused.value)


def test_the_house_does_not_open_with_it(tmp_path):
    answer = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=CHECKOUT,
        env=os.environ | {"SIGN_IN_BURST": "many", "TILLWAY_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "SIGN_IN_BURST is 'many'" in answer.stderr
    assert "Traceback" not in answer.stderr
