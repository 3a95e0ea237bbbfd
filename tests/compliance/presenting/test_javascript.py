"""Credentials go both ways between us and JavaScript's library, npm's @sd-jwt/sd-jwt-vc."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.compliance.presenting.credentials import credential_verify
from gateway.compliance.presenting.encrypted import (
    answer_key,
    answer_key_told,
    answer_opened,
)
from gateway.compliance.presenting.errors import AnswerRefused, CredentialRefused
from gateway.compliance.presenting.status_lists import status_check, status_list_read
from tests.compliance.presenting.kit import (
    CLIENT,
    ISS,
    LIST,
    NONCE,
    NOW,
    OTHERS,
    PERSON,
    House,
    bound,
    javascript,
    key,
    presented,
    private,
    public,
)


@pytest.fixture(scope="module")
def house() -> House:
    return House()


@pytest.fixture(scope="module")
def theirs(house: House) -> dict[str, Any]:
    """A credential that JavaScript issued, and its presentation by a JavaScript wallet."""
    holder = key()
    credential = javascript(
        "issue",
        claims={**house.claims(), "cnf": {"jwk": public(holder)}, **PERSON, **OTHERS},
        hidden=[*PERSON, *OTHERS],
        key=private(house.key),
        header={"kid": "k1"},
    )["answer"]
    binding = {"iat": int(NOW.timestamp()), "aud": CLIENT, "nonce": NONCE}
    shown = javascript(
        "present",
        credential=credential,
        shown=list(PERSON),
        holder=private(holder),
        binding=binding,
    )["answer"]
    return {"credential": credential, "presentation": shown, "holder": holder}


def checked(house: House, presentation: str, **changes: Any) -> Any:
    told: dict[str, Any] = {
        "issuers": {ISS: house.trusted()},
        "client_id": CLIENT,
        "nonce": NONCE,
        "asked_at": NOW - timedelta(seconds=30),
        "now": NOW,
    }
    return credential_verify(presentation, **(told | changes))


def test_what_javascript_issued_and_presented_proves_who_somebody_is(
    house: House, theirs: dict[str, Any]
) -> None:
    found = checked(house, theirs["presentation"])
    assert (found.claims.name, found.claims.born) == ("Ann Maria Arbor", "1980-02-29")
    assert found.claims.country == "DE" and found.status.uri == LIST and found.status.index == 7


def test_what_javascript_issued_is_refused_for_another_nonce_or_holder(
    house: House, theirs: dict[str, Any]
) -> None:
    with pytest.raises(CredentialRefused) as refused:
        checked(house, theirs["presentation"], nonce="another")
    assert refused.value.problem == "wrong_nonce"
    with pytest.raises(CredentialRefused) as refused:
        checked(house, bound(theirs["presentation"], key()))
    assert refused.value.problem == "holder_unproven"


def test_a_python_wallet_presents_what_javascript_issued(
    house: House, theirs: dict[str, Any]
) -> None:
    found = checked(house, presented(theirs["credential"], theirs["holder"]))
    assert found.claims.born == "1980-02-29"


def test_what_python_issued_is_verified_by_javascript(house: House) -> None:
    holder = key()
    told = {
        "presentation": presented(house.issued(holder), holder),
        "key": public(house.key),
        "holder": public(holder),
        "nonce": NONCE,
        "list": house.list_token(),
    }
    found = javascript("verify", **told)
    assert found["answer"]["payload"]["family_name"] == "Arbor"
    assert "nationalities" not in found["answer"]["payload"], "only what was asked for is shown"
    assert found["answer"]["kb"]["payload"]["aud"] == CLIENT
    assert "error" in javascript("verify", **(told | {"nonce": "another"}))
    assert "error" in javascript("verify", **(told | {"key": public(key())}))


def test_a_list_of_ours_takes_a_credential_back_for_javascript_too() -> None:
    house, holder = House(taken_back={7: 1}), key()
    told = {
        "presentation": presented(house.issued(holder), holder),
        "key": public(house.key),
        "holder": public(holder),
        "nonce": NONCE,
    }
    assert "error" in javascript("verify", **told, list=house.list_token())
    house.taken_back = {6: 1, 8: 1}
    assert "answer" in javascript("verify", **told, list=house.list_token())


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_both_read_the_same_statuses_in_a_list(bits: int) -> None:
    most = (1 << bits) - 1
    values = [index * 37 % (most + 1) for index in range(64)]
    lst = javascript("list", values=values, bits=bits)["answer"]
    house = House()
    token = house.list_token(status_list={"bits": bits, "lst": lst})
    found = status_list_read(token, uri=LIST, issuer=house.trusted(), now=NOW)
    for index, value in enumerate(values):
        if value == 0:
            status_check(found, index=index)
            continue
        with pytest.raises(CredentialRefused) as refused:
            status_check(found, index=index)
        assert refused.value.problem == ("suspended" if value == 2 else "revoked")
    assert javascript("values", lst=lst, bits=bits)["answer"] == values


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_what_javascript_encrypts_to_a_request_is_opened(enc: str) -> None:
    ours = answer_key(bytes(range(48)))
    told = {"state": "s", "vp_token": {"identity": ["a.b.c~d.e.f"]}}
    box = javascript("encrypt", payload=told, key=answer_key_told(ours), enc=enc)["answer"]
    assert answer_opened(box, key=ours) == told
    with pytest.raises(AnswerRefused):
        answer_opened(box, key=answer_key(bytes(48)))
