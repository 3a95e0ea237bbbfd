"""Words for what the dashboard lists."""

import pytest
from django.utils import translation

from merchants.dashboard.wording import event_sign
from merchants.webhooks.catalogue import SHOP_EVENTS


@pytest.mark.parametrize("event", [each for each in SHOP_EVENTS if each.startswith("invoice.")])
def test_what_happens_to_an_invoice_is_told_in_each_language(event: str) -> None:
    with translation.override("zh-hans"):
        assert not event_sign(event).word.isascii()
