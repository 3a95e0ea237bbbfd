"""Who may start how many attempts: bookkeeping without a network."""

from uuid import UUID

from merchants.webhooks.deliverer import SLOTS, SLOTS_WHEN_SLOW, Places

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def test_an_endpoint_has_a_few_slots_and_no_more() -> None:
    places = Places()
    assert places.allot([A]) == {A: SLOTS}
    for _ in range(SLOTS):
        places.begin(A)
    assert places.allot([A, B]) == {B: SLOTS}
    places.end(A, poor=False)
    assert places.free_for(A) == 1


def test_one_that_hung_has_fewer_until_it_answers() -> None:
    places = Places()
    places.begin(A)
    places.end(A, poor=True)
    assert places.free_for(A) == SLOTS_WHEN_SLOW
    places.begin(A)
    places.end(A, poor=False)
    assert places.free_for(A) == SLOTS


def test_all_hanging_endpoints_together_leave_half_of_the_places() -> None:
    places = Places(places=20)
    hanging = [UUID(int=n) for n in range(10, 40)]
    places.slow = set(hanging)
    slots = places.allot(hanging)
    assert sum(slots.values()) == 10
    for endpoint_id, count in slots.items():
        for _ in range(count):
            places.begin(endpoint_id)
    assert places.allot([A]) == {A: SLOTS}


def test_what_is_allotted_together_fits_the_places() -> None:
    places = Places(places=10)
    slots = places.allot([A, B, C])
    assert slots == {A: 8, B: 2}
    assert places.taken == 0
