"""The page of a person's notices."""

from typing import Any

import pytest
from django.test import Client

from merchants.accounts.models import User
from merchants.notices.models import Notice, PushSilence, Silence
from tests.merchants.notices.conftest import Town


def signed_in(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_nobody_sees_notices_without_signing_in(town: Town) -> None:
    answer = Client().get("/notices/")
    assert answer.status_code == 302 and answer["Location"].startswith("/login")


def test_a_person_sees_what_is_theirs_to_look_after(town: Town) -> None:
    owner = town.person("owner")
    town.person("owner", shop_id=town.other_shop_id, name="stranger")
    town.happen("payout.failed")
    page = signed_in(owner).get("/notices/").content.decode()
    assert "A payout did not reach you" in page and f"/dashboard/{town.shop_id}/payouts" in page
    assert "A shop&#x27;s payout failed" not in page, "that is the house's"
    stranger = User.objects.get(name="stranger")
    assert "Nothing to look after" in signed_in(stranger).get("/notices/").content.decode()


def test_taking_on_says_so_to_the_others(town: Town) -> None:
    owner, accountant = town.person("owner"), town.person("accountant", name="anna")
    town.happen("payout.failed")
    notice = Notice.objects.get(kind="payout_failed")
    path = f"/notices/{notice.id}/take-on"
    answer = signed_in(accountant).post(path, follow=True)
    assert "It is yours now" in answer.content.decode()
    page = signed_in(owner).get("/notices/").content.decode()
    assert "anna" in page and "Take it on" not in page
    again = signed_in(owner).post(path, follow=True)
    assert "Somebody else has taken this on already." in again.content.decode()


def test_a_strangers_notice_is_not_found(town: Town) -> None:
    stranger = town.person("owner", shop_id=town.other_shop_id)
    town.happen("payout.failed")
    notice = Notice.objects.get(kind="payout_failed")
    assert signed_in(stranger).post(f"/notices/{notice.id}/take-on").status_code == 404


def test_a_person_chooses_among_their_own_kinds_alone(town: Town) -> None:
    owner = town.person("owner")
    signed_in(owner).post(
        "/notices/choices", {"mail": ["requirement_due", "chain_stalled"], "push": []}
    )
    silenced = set(Silence.objects.values_list("kind", flat=True))
    others = {
        *("payout_failed", "approval_waits", "shift_left_open"),
        *("key_new_network", "sign_in_new_network"),
        *("webhook_failing", "webhook_disabled"),
    }
    assert silenced == others
    unpushed = set(PushSilence.objects.values_list("kind", flat=True))
    assert unpushed == others | {"requirement_due"}


@pytest.mark.parametrize("count", [1, 40])
def test_the_page_costs_the_same_for_one_and_for_many(
    town: Town, count: int, django_assert_num_queries: Any
) -> None:
    owner = town.person("owner")
    for number in range(count):
        town.happen("payout.failed", subject=f"payout:{number}")
    client = signed_in(owner)
    with django_assert_num_queries(13):
        client.get("/notices/")


def test_what_is_over_goes_on_by_cursor(town: Town) -> None:
    operator = town.person("operator")
    for number in range(60):
        subject = f"chain:{number}"
        town.happen("chain.stalled", subject=subject, of_shop=False)
        town.happen("chain.resumed", subject=subject, of_shop=False)
    client = signed_in(operator)
    first = client.get("/notices/").content.decode()
    assert first.count("is not followed") == 50
    older = first.partition('href="/notices/?cursor=')[2].partition('"')[0]
    assert client.get(f"/notices/?cursor={older}").content.decode().count("is not followed") == 10
    assert client.get("/notices/?cursor=rubbish").status_code == 404
