"""Which presentations prove nothing: what can be forged, bent, kept back or sent again."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from gateway.compliance.presenting.credentials import Credential, credential_verify
from gateway.compliance.presenting.encoding import encoded
from gateway.compliance.presenting.errors import CredentialRefused
from gateway.compliance.presenting.requests import Signer, signed
from gateway.compliance.presenting.trust import Issuer
from tests.compliance.presenting.kit import (
    CLIENT,
    ISS,
    NONCE,
    NOW,
    PERSON,
    VCT,
    House,
    bound,
    key,
    presented,
    public,
)

HOLDER, HOUSE = key(), House()
CREDENTIAL = HOUSE.issued(HOLDER)
GOOD = presented(CREDENTIAL, HOLDER)


def verified(presentation: str, *issuers: Issuer, now: datetime = NOW) -> Credential:
    return credential_verify(
        presentation,
        issuers={one.issuer: one for one in issuers or (HOUSE.trusted(),)},
        client_id=CLIENT,
        nonce=NONCE,
        asked_at=NOW - timedelta(seconds=30),
        now=now,
    )


def problem(presentation: str, *issuers: Issuer, now: datetime = NOW) -> str:
    with pytest.raises(CredentialRefused) as refused:
        verified(presentation, *issuers, now=now)
    return refused.value.problem


def shown(**changes: Any) -> str:
    return presented(HOUSE.issued(HOLDER, **changes), HOLDER)


def forged(payload: dict[str, Any], *disclosures: str, by: JWK = HOUSE.key, **header: Any) -> str:
    """What a careless or a hostile issuer signs, bound as it should be."""
    jwt = signed(payload, key=by, header=HOUSE.header(**header))
    return bound("~".join((jwt, *disclosures, "")), HOLDER)


def disclosure(*parts: Any) -> str:
    return encoded(json.dumps(list(parts)).encode())


def digest(of: str) -> str:
    from hashlib import sha256

    return encoded(sha256(of.encode()).digest())


def plain(**changes: Any) -> dict[str, Any]:
    return {**HOUSE.claims(), "cnf": {"jwk": public(HOLDER)}, **PERSON, **changes}


def test_a_credential_proves_three_things_and_says_nothing_of_the_rest() -> None:
    found = verified(GOOD)
    assert found.claims.fields == {
        "identity_name": "Ann Maria Arbor",
        "identity_date_of_birth": "1980-02-29",
        "identity_country": "DE",
    }
    assert (found.vct, found.issuer.issuer, found.issuer.version) == (VCT, ISS, 1)
    assert "Arbor" not in repr(found) and "1980" not in repr(found)


def test_a_presentation_for_another_request_or_another_house_is_refused() -> None:
    assert problem(presented(CREDENTIAL, HOLDER, nonce="another")) == "wrong_nonce"
    assert problem(presented(CREDENTIAL, HOLDER, aud="x509_hash:other")) == "wrong_audience"
    assert problem(bound(GOOD, HOLDER, aud=[CLIENT])) == "wrong_audience"
    assert problem(bound(GOOD, HOLDER, nonce=None)) == "wrong_nonce"


def test_whoever_does_not_hold_the_key_proves_nothing() -> None:
    thief = key()
    assert problem(bound(GOOD, thief)) == "holder_unproven"
    assert problem(GOOD[: GOOD.rindex("~") + 1]) == "unreadable", "without a key binding"
    assert problem(presented(HOUSE.issued(thief), HOLDER)) == "holder_unproven", "another's"
    swapped = HOUSE.issued(thief).split("~")[0] + GOOD[GOOD.index("~") :]
    assert problem(swapped) in ("tampered", "holder_unproven", "badly_signed")
    for told in (None, {}, {"kid": "x"}, {"jwk": {"kty": "oct", "k": "AAAA"}}, {"jwk": "x"}):
        assert problem(forged(plain(cnf=told))) == "holder_unproven"
    private = HOLDER.export_private(as_dict=True)
    assert problem(forged(plain(cnf={"jwk": private}))) == "holder_unproven"


def test_the_binding_is_over_what_is_shown_and_made_since_it_was_asked_for() -> None:
    fewer = presented(CREDENTIAL, HOLDER, shown=["given_name", "family_name"])
    more = GOOD[: GOOD.rindex("~")] + fewer[fewer.rindex("~") :]
    assert problem(more) == "holder_unproven"
    assert problem(bound(GOOD, HOLDER, sd_hash=None)) == "holder_unproven"
    assert problem(bound(GOOD, HOLDER, sd_hash="x")) == "holder_unproven"
    assert problem(bound(GOOD, HOLDER, iat=None)) == "holder_unproven"
    for moved in (timedelta(minutes=-5), timedelta(minutes=5)):
        moment = int((NOW + moved).timestamp())
        assert problem(bound(GOOD, HOLDER, iat=moment)) == "holder_unproven"
    assert problem(bound(GOOD, HOLDER, header={"typ": "JWT"})) == "wrong_kind"


@pytest.mark.parametrize("where", ["credential", "binding"])
@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "RS256", ""])
def test_no_other_algorithm_is_taken_whatever_a_header_says(where: str, algorithm: str) -> None:
    first, rest = GOOD.split("~", 1)
    opened, binding = rest.rsplit("~", 1)
    if where == "credential":
        first = _headed(first, alg=algorithm)
    else:
        binding = _headed(binding, alg=algorithm)
    assert problem("~".join((first, opened, binding))) in ("badly_signed", "wrong_kind")
    # With an empty signature, as unsigned ones are written.
    assert problem("~".join((first.rsplit(".", 1)[0] + ".", opened, binding))) != ""


def test_the_issuers_public_key_is_no_secret_to_sign_with() -> None:
    """HMAC with the public key as its secret: the classic confusion."""
    secret = JWK(kty="oct", k=encoded(json.dumps(public(HOUSE.key)).encode()))
    token = JWS(json.dumps(plain()).encode())
    token.add_signature(secret, protected=json.dumps({"alg": "HS256", **HOUSE.header()}))
    assert problem(bound(token.serialize(compact=True) + "~", HOLDER)) == "badly_signed"


def _headed(jwt: str, **changes: Any) -> str:
    head, rest = jwt.split(".", 1)
    from base64 import urlsafe_b64decode

    told = json.loads(urlsafe_b64decode(head + "=="))
    return encoded(json.dumps({**told, **changes}).encode()) + "." + rest


def test_only_a_credential_of_this_kind_counts() -> None:
    assert problem(shown(header={"typ": "example+sd-jwt"})) == "wrong_kind"
    assert problem(shown(header={"typ": "JWT"})) == "wrong_kind"
    assert problem(shown(vct="urn:loyalty-card")) == "wrong_kind"
    for odd in ({"crit": ["b64"], "b64": True}, {"jku": "https://evil.example"}, {"jwk": {}}):
        assert problem(forged(plain(), **odd)) == "badly_signed"


def test_nobody_is_trusted_who_is_not_named() -> None:
    stranger = House(iss="https://stranger.example")
    theirs = presented(stranger.issued(HOLDER), HOLDER)
    assert problem(theirs) == "issuer_untrusted"
    named_like_ours = House(iss=ISS)
    assert problem(presented(named_like_ours.issued(HOLDER), HOLDER)) == "badly_signed"
    unknown = HOUSE.issued(HOLDER, header=HOUSE.header(kid="k2"))
    assert problem(presented(unknown, HOLDER)) == "issuer_untrusted"
    assert problem(shown(iss=None)) == "issuer_untrusted"
    assert problem(forged(plain(iss=[ISS]))) == "issuer_untrusted"


def test_a_refusal_says_who_is_said_to_have_given_it_out() -> None:
    stranger = House(iss="https://stranger.example")
    with pytest.raises(CredentialRefused) as refused:
        verified(presented(stranger.issued(HOLDER), HOLDER))
    assert refused.value.issuer == "https://stranger.example"


def test_what_is_over_or_not_begun_is_refused() -> None:
    seconds = int(NOW.timestamp())
    assert problem(shown(exp=seconds - 61)) == "expired"
    assert problem(GOOD, now=NOW + timedelta(days=20)) == "expired"
    assert verified(shown(exp=seconds - 30)), "clocks differ a little"
    assert problem(shown(nbf=seconds + 120)) == "not_yet_valid"
    assert problem(shown(iat=seconds + 120)) == "not_yet_valid"
    for odd in ("2030-01-01", True, -1, 10**15, [1]):
        assert problem(shown(exp=odd)) == "unreadable"


def test_a_changed_added_or_repeated_disclosure_is_refused() -> None:
    parts = GOOD.split("~")
    other = disclosure("salt", "family_name", "Bloom")
    assert problem(bound("~".join((*parts[:1], other, "")), HOLDER)) == "tampered"
    assert problem(bound("~".join((*parts[:-1], other, "")), HOLDER)) == "tampered"
    assert problem(bound("~".join((*parts[:2], parts[1], "")), HOLDER)) == "tampered"


def test_one_digest_stands_in_one_place() -> None:
    name = disclosure("s", "family_name", "Arbor")
    twice = plain(_sd=[digest(name), digest(name)], family_name=None)
    assert problem(forged({**twice}, name)) == "tampered"
    elsewhere = plain(_sd=[digest(name)], address={"_sd": [digest(name)]})
    assert problem(forged(elsewhere, name)) == "tampered"
    listed = plain(_sd=[digest(name)], nationalities=[{"...": digest(name)}])
    assert problem(forged(listed, name)) == "tampered"


@pytest.mark.parametrize(
    "name", ["_sd", "...", "_sd_alg", "iss", "exp", "nbf", "cnf", "vct", "status", 7, None]
)
def test_what_everybody_must_read_can_not_be_hidden(name: Any) -> None:
    """A holder would leave the end of their credential out, or its place in the list."""
    hidden = disclosure("salt", name, {"status_list": {}})
    payload = plain(_sd=[digest(hidden)])
    payload.pop(str(name), None) if name != "_sd" else None
    assert problem(forged(payload, hidden)) in ("tampered", "issuer_untrusted", "wrong_kind")


@pytest.mark.parametrize(
    "odd", ['"abc"', "{}", "[]", '["s"]', '["s", "n", 1, 2]', "[1, 2, 3]", '["s", "a", NaN]']
)
def test_what_is_no_disclosure_is_not_read_as_one(odd: str) -> None:
    text = encoded(odd.encode())
    assert problem(forged(plain(_sd=[digest(text)]), text)) in ("unreadable", "tampered")


def test_a_text_has_one_reading() -> None:
    twice = encoded(b'["s", {"a": 1, "a": 2}]')
    assert problem(forged(plain(x=[{"...": digest(twice)}]), twice)) == "unreadable"
    deep = encoded(b'["s", ' + b"[" * 5_000 + b"]" * 5_000 + b"]")
    assert problem(forged(plain(x=[{"...": digest(deep)}]), deep)) == "unreadable"
    assert problem(forged(plain(_sd_alg="md5"))) == "unreadable"
    assert problem(forged(plain(_sd="x"))) == "unreadable"
    assert problem(GOOD + "\n") == "unreadable" and problem("") == "unreadable"
    assert problem(GOOD.replace("~", "~~", 1)) == "unreadable"
    assert problem("A" * 60_000) == "unreadable"
    many = [disclosure("s", f"n{number}", 1) for number in range(65)]
    assert problem(forged(plain(_sd=[digest(one) for one in many]), *many)) == "unreadable"


def test_who_does_not_show_all_that_is_compared_proves_nothing() -> None:
    assert problem(presented(CREDENTIAL, HOLDER, shown=["given_name", "birthdate"])) == (
        "claims_missing"
    )
    for day in ("29.02.1980", 1980, "19800229", "1980-W09-5", "1980", "1981-02-29"):
        assert problem(shown(person={**PERSON, "birthdate": day})) == "claims_missing"
    for odd in ({"given_name": " "}, {"given_name": ["Ann"]}, {"family_name": "\ud800"}):
        assert problem(shown(person={**PERSON, **odd})) == "claims_missing"
    assert problem(shown(person={**PERSON, "given_name": "A\x00n"})) == "claims_missing"
    assert problem(shown(person={**PERSON, "family_name": "A" * 201})) == "claims_missing"


def test_a_credential_that_nobody_can_take_back_counts_where_it_ends_by_itself() -> None:
    lenient = HOUSE.trusted(without_status=True)
    assert problem(shown(status=None)) == "no_status"
    assert problem(shown(status=None, exp=None), lenient) == "no_status"
    assert verified(shown(status=None), lenient).status is None
    assert problem(shown(status={"other": 1}), lenient) == "no_status"
    for odd in (
        {"idx": -1, "uri": "https://a.example"},
        {"idx": 2**40, "uri": "https://a.example"},
        {"idx": True, "uri": "https://a.example"},
        {"idx": 1},
        *({"idx": 1, "uri": uri} for uri in ("x", "https://", "https://a\x00", "file:///etc", 7)),
    ):
        assert problem(shown(status={"status_list": odd})) == "unreadable"


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        *("iss", "vct", "exp", "nbf", "iat", "cnf", "status", "_sd", "_sd_alg", "..."),
        *("given_name", "birthdate"),
    ]
)


@given(changes=st.dictionaries(FIELDS, ANY, min_size=1, max_size=4))
def test_whatever_even_a_trusted_issuer_signs_it_is_taken_or_refused(
    changes: dict[str, Any],
) -> None:
    """Nothing else may come of it: a check that fails another way would be tried without end."""
    try:
        found = verified(forged(plain(**changes)))
    except CredentialRefused as refused:
        said = refused.issuer
    else:
        said = found.claims.name
    assert said.isprintable()


@given(place=st.integers(0, len(GOOD) - 1), letter=st.sampled_from("AbZ09_-~."))
def test_no_single_letter_can_be_changed(place: int, letter: str) -> None:
    changed = GOOD[:place] + letter + GOOD[place + 1 :]
    if changed != GOOD:
        assert problem(changed)


@pytest.mark.parametrize("of", ["credential", "binding"])
def test_a_signature_has_one_spelling(of: str) -> None:
    """Its last letter carries four bits that nobody reads: eight letters would do."""
    credential, tilde, binding = GOOD.rpartition("~")
    jwt, _, hidden = credential.partition("~")
    told = jwt if of == "credential" else binding
    for letter in "AQgw":  # those whose unread bits are none
        other = told[:-1] + chr(ord(letter) + 1)
        changed = GOOD.replace(told, other)
        assert problem(changed) == "unreadable" and hidden and tilde


def test_a_key_below_a_trusted_root_counts_for_the_issuer_that_its_certificate_names() -> None:
    roots = Roots()
    house = roots.house(ISS)
    trusted = house.trusted(keys=(), roots=(roots.certificate,))
    assert verified(presented(house.issued(HOLDER), HOLDER), trusted).issuer.issuer == ISS

    neighbour = roots.house("https://neighbour.example")
    neighbour.iss = ISS
    assert problem(presented(neighbour.issued(HOLDER), HOLDER), trusted) == "issuer_untrusted"
    elsewhere = Roots().house(ISS)
    assert problem(presented(elsewhere.issued(HOLDER), HOLDER), trusted) == "issuer_untrusted"
    old = roots.house(ISS, days=-1)
    assert problem(presented(old.issued(HOLDER), HOLDER), trusted) == "issuer_untrusted"
    for odd in (None, [], ["x"], [7], "x", house.x5c * 7):
        told = house.issued(HOLDER, header={"typ": "dc+sd-jwt", "x5c": odd})
        assert problem(presented(told, HOLDER), trusted) == "issuer_untrusted"
    other_key = house.issued(HOLDER, by=key())
    assert problem(presented(other_key, HOLDER), trusted) == "badly_signed"


def test_who_does_not_say_who_they_are_is_known_by_their_certificate() -> None:
    roots = Roots()
    house, other = roots.house(ISS), roots.house("https://other.example")
    ours, theirs = (one.trusted(keys=(), roots=(roots.certificate,)) for one in (house, other))
    nameless = presented(house.issued(HOLDER, iss=None), HOLDER)
    assert verified(nameless, ours, theirs).issuer.issuer == ISS
    assert problem(nameless, theirs) == "issuer_untrusted"
    assert problem(nameless, house.trusted()) == "issuer_untrusted", "trusted by its keys alone"
    below_another = Roots().house(ISS)
    forged = presented(below_another.issued(HOLDER, iss=None), HOLDER)
    assert problem(forged, ours) == "issuer_untrusted"
    for odd in (None, [], ["x"], [7], "x"):
        told = house.issued(HOLDER, iss=None, header={"typ": "dc+sd-jwt", "x5c": odd})
        assert problem(presented(told, HOLDER), ours) == "issuer_untrusted"


def test_of_two_whom_one_certificate_names_it_is_nobodys() -> None:
    roots = Roots()
    house = roots.house("pid.example")  # by its host, which both have
    one, two = (
        house.trusted(keys=(), roots=(roots.certificate,), issuer=f"https://pid.example{path}")
        for path in ("", "/two")
    )
    nameless = presented(house.issued(HOLDER, iss=None), HOLDER)
    assert verified(nameless, two).issuer.issuer == "https://pid.example/two"
    assert problem(nameless, one, two) == "issuer_untrusted"


def test_our_own_chain_is_told_without_the_root_above_it() -> None:
    roots = Roots()
    house = roots.house(ISS)
    leaf = x509.load_der_x509_certificate(b64decode(house.x5c[0]))
    assert Signer(key=house.key, chain=(leaf, roots.certificate)).x5c == house.x5c
    assert len(Signer(key=house.key, chain=(roots.certificate,)).x5c) == 1, "its own, by itself"


class Roots:
    """An authority above issuers."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root")])
        build = self._build(self.name, self.key.public_key(), days=365)
        usage = dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment"),
                *("data_encipherment", "key_agreement", "crl_sign"),
                *("encipher_only", "decipher_only"),
            ),
            False,
        )
        self.certificate = (
            build.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(key_cert_sign=True, **usage), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, SHA256())
        )

    def house(self, iss: str, *, days: int = 30) -> House:
        made = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Issuer")])
        leaf = (
            self._build(name, made.public_key(), days=days)
            .add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(iss)]), critical=False
            )
            .sign(self.key, SHA256())
        )
        pem = leaf.public_bytes(Encoding.PEM).decode()
        found = House(iss=iss, x5c=["".join(pem.splitlines()[1:-1])])
        found.key = JWK.from_pyca(made)
        return found

    def _build(self, subject: x509.Name, of: Any, *, days: int) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(of)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=10))
            .not_valid_after(now + timedelta(days=days))
        )
