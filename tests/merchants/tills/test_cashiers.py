"""PINs, who stands at a till, and a manager's word."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gateway.events.ids import uuid7
from merchants.accounts.services import member_remove
from merchants.tills.acts import REFUND, VOID
from merchants.tills.cashiers import (
    cashier_enter,
    cashier_leave,
    grant_give,
    grant_use,
    pin_drop,
    pin_set,
)
from merchants.tills.errors import (
    ActUnknown,
    GrantRefused,
    NotAtTills,
    PinInvalid,
    PinThrottled,
    PinTooSimple,
    PinWrong,
    TillRevoked,
)
from merchants.tills.models import Grant, Pin
from merchants.tills.pairing import till_revoke
from merchants.tills.selectors import standers_of
from tests.merchants.tills.tablets import PIN
from tests.tenancy.tables import asked

pytestmark = pytest.mark.django_db
WRONG = "9157"


def enter(tablet, role, pin, *, now=None):
    return cashier_enter(
        device_id=tablet.device.id,
        shop_id=tablet.till.shop_id,
        user_id=tablet.staff.user(role).id,
        pin=pin,
        now=now or timezone.now(),
    )


def with_pin(tablet, role):
    user = tablet.staff.user(role)
    return pin_set(shop_id=tablet.till.shop_id, user_id=user.id, pin=PIN, now=timezone.now())


def test_the_right_pin_opens_the_till_and_a_wrong_one_doesnt(tablet):
    with_pin(tablet, "cashier")
    with pytest.raises(PinWrong):
        enter(tablet, "cashier", WRONG)
    assert tablet.session.cashier is None
    assert enter(tablet, "cashier", PIN) == "cashier"
    assert tablet.session.cashier.id == tablet.staff.user("cashier").id


def test_the_same_pin_of_two_people_tells_them_apart(tablet):
    with_pin(tablet, "cashier"), with_pin(tablet, "manager")
    enter(tablet, "cashier", PIN)
    enter(tablet, "manager", PIN)
    assert tablet.session.cashier.id == tablet.staff.user("manager").id
    secrets = set(Pin.objects.values_list("secret", flat=True))
    assert len(secrets) == 2


def test_after_five_wrong_ones_even_the_right_one_waits_and_ever_longer(tablet):
    with_pin(tablet, "cashier")
    now = timezone.now()
    for _ in range(5):
        with pytest.raises(PinWrong):
            enter(tablet, "cashier", WRONG, now=now)
    with pytest.raises(PinThrottled) as waits:
        enter(tablet, "cashier", PIN, now=now + timedelta(seconds=10))
    assert waits.value.retry_after_seconds == 20
    now += timedelta(seconds=30)
    with pytest.raises(PinWrong):
        enter(tablet, "cashier", WRONG, now=now)
    with pytest.raises(PinThrottled) as longer:
        enter(tablet, "cashier", PIN, now=now)
    assert longer.value.retry_after_seconds == 60
    assert enter(tablet, "cashier", PIN, now=now + timedelta(seconds=60))
    assert Pin.objects.get().failed == 0


def test_one_persons_wrong_pins_hold_nobody_else_back(tablet):
    with_pin(tablet, "cashier"), with_pin(tablet, "manager")
    for _ in range(5):
        with pytest.raises(PinWrong):
            enter(tablet, "cashier", WRONG)
    assert enter(tablet, "manager", PIN) == "manager"


@pytest.mark.parametrize(
    ("pin", "refusal"), [("123", PinInvalid), ("abcd", PinInvalid), ("1234", PinTooSimple)]
)
def test_what_is_no_pin_is_not_taken(tablet, pin, refusal):
    user = tablet.staff.user("cashier")
    with pytest.raises(refusal):
        pin_set(shop_id=tablet.till.shop_id, user_id=user.id, pin=pin, now=timezone.now())
    assert not Pin.objects.exists()


@pytest.mark.parametrize("role", ["accountant", "developer"])
def test_who_does_not_stand_at_tills_has_no_pin(tablet, role):
    user = tablet.staff.user(role)
    with pytest.raises(NotAtTills):
        pin_set(shop_id=tablet.till.shop_id, user_id=user.id, pin=PIN, now=timezone.now())
    assert user.id not in {one.user_id for one in standers_of(shop_id=tablet.till.shop_id)}


def test_a_pin_is_stored_as_a_peppered_hash(tablet, settings):
    pin = with_pin(tablet, "cashier")
    assert pin.secret.startswith("scrypt$")
    assert PIN not in str(asked("SELECT row_to_json(p)::text FROM tills_pin p"))
    settings.FIELD_KEY = "ab" * 32  # another server's key: the stolen table opens nothing there
    with pytest.raises(PinWrong):
        enter(tablet, "cashier", PIN)


def test_who_leaves_the_shop_stands_at_no_till_of_it(tablet):
    with_pin(tablet, "cashier")
    enter(tablet, "cashier", PIN)
    user = tablet.staff.user("cashier")
    member_remove(user_id=user.id, shop_id=tablet.till.shop_id)
    assert tablet.session.cashier is None
    with pytest.raises(NotAtTills):
        enter(tablet, "cashier", PIN)


def test_a_pin_taken_away_locks_the_till_and_another_one_is_set(tablet):
    with_pin(tablet, "cashier")
    enter(tablet, "cashier", PIN)
    user = tablet.staff.user("cashier")
    assert pin_drop(shop_id=tablet.till.shop_id, user_id=user.id)
    assert tablet.session.cashier is None
    with pytest.raises(PinWrong):
        enter(tablet, "cashier", PIN)
    assert not pin_drop(shop_id=tablet.till.shop_id, user_id=user.id)


def test_a_till_locks_by_hand_and_after_idle_minutes(tablet, settings):
    settings.TILL_LOCK_MINUTES = 3
    with_pin(tablet, "cashier")
    enter(tablet, "cashier", PIN, now=timezone.now() - timedelta(minutes=2))
    assert tablet.session.cashier is not None
    cashier_leave(device_id=tablet.device.id, shop_id=tablet.till.shop_id)
    assert tablet.session.cashier is None
    enter(tablet, "cashier", PIN, now=timezone.now() - timedelta(minutes=3))
    assert tablet.session.cashier is None


def test_nobody_enters_a_tablet_that_was_taken_off(tablet):
    with_pin(tablet, "cashier")
    till = tablet.till
    owner = tablet.staff.user("owner").id
    till_revoke(shop_id=till.shop_id, till_id=till.id, by=owner, now=timezone.now())
    with pytest.raises(TillRevoked):
        enter(tablet, "cashier", PIN)
    assert tablet.device.cashier_id is None


# ---- a manager's word ---------------------------------------------------------------------------


@pytest.fixture
def asked_for(tablet):
    """A cashier at the till who asks for a manager's word; with what of it to change."""
    with_pin(tablet, "cashier"), with_pin(tablet, "manager")
    enter(tablet, "cashier", PIN)

    def ask(**changed):
        wanted = {
            "at": tablet.session,
            "act": REFUND,
            "subject": "invoice:7",
            "manager_id": tablet.staff.user("manager").id,
            "pin": PIN,
            "now": timezone.now(),
        }
        return grant_give(**(wanted | changed))

    return ask


def use(tablet, grant, **changed):
    wanted = {
        "at": tablet.session,
        "grant_id": grant.id,
        "act": grant.act,
        "subject": grant.subject,
        "now": timezone.now(),
    }
    return grant_use(**(wanted | changed))


def test_a_managers_word_is_good_for_one_act_once(tablet, asked_for):
    grant = asked_for()
    manager = tablet.staff.user("manager").id
    assert use(tablet, grant) == manager
    with pytest.raises(GrantRefused):
        use(tablet, grant)


def test_it_is_good_for_a_minute(tablet, asked_for):
    grant = asked_for()
    with pytest.raises(GrantRefused):
        use(tablet, grant, now=grant.given_at + timedelta(seconds=60))
    assert use(tablet, grant, now=grant.given_at + timedelta(seconds=59))


def test_it_is_for_that_act_that_sale_that_cashier_and_that_tablet(tablet, asked_for):
    grant = asked_for()
    for changed in ({"act": VOID}, {"subject": "invoice:8"}, {"grant_id": uuid7()}):
        with pytest.raises(GrantRefused):
            use(tablet, grant, **changed)
    enter(tablet, "manager", PIN)  # somebody else stands there now
    with pytest.raises(GrantRefused):
        use(tablet, grant)
    tablet.pair()  # and here another tablet
    enter(tablet, "cashier", PIN)
    with pytest.raises(GrantRefused):
        use(tablet, grant)


def test_a_cashier_or_a_wrong_pin_grants_nothing(tablet, asked_for):
    with pytest.raises(NotAtTills):
        asked_for(manager_id=tablet.staff.user("cashier").id)
    with pytest.raises(PinWrong):
        asked_for(pin=WRONG)
    with pytest.raises(ActUnknown):
        asked_for(act="fly")
    cashier_leave(device_id=tablet.device.id, shop_id=tablet.till.shop_id)
    with pytest.raises(GrantRefused):
        asked_for()
    assert not Grant.objects.exists()
