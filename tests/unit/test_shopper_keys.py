"""Keys of shoppers' tokens: which are taken, and what each is good for."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from alsolike.shopper_keys import UnusableKeyError, algorithms_of, read_key, read_key_set

RSA = RSAKey.generate_key(2048)
EC = ECKey.generate_key("P-256")
ED = OKPKey.generate_key("Ed25519")


def pem(key: RSAKey | ECKey | OKPKey, *, private: bool = False) -> str:
    return key.as_pem(private=private).decode()


def jwk(key: Key, *, private: bool = False, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=private), **more}


# Numbered, because keys differ in each process of a run.
@pytest.mark.parametrize(
    ("text", "algorithms"),
    [
        ("s" * 32, {"HS256"}),
        ("ü" * 16, {"HS256"}),
        ("c2VjcmV0" * 6, {"HS256"}),
        (json.dumps(jwk(OctKey.import_key("s" * 32), private=True)), {"HS256"}),
        (pem(RSA), {"RS256"}),
        (pem(RSA).replace("\n", "\\n"), {"RS256"}),
        (json.dumps(jwk(RSA)), {"RS256"}),
        (pem(EC), {"ES256"}),
        (json.dumps(jwk(EC, use="sig")), {"ES256"}),
        (pem(ED), {"EdDSA", "Ed25519"}),
        (json.dumps(jwk(ED, alg="EdDSA")), {"EdDSA"}),
    ],
    ids=range(11),
)
def test_a_key_is_good_for_the_algorithm_of_its_type(text: str, algorithms: set[str]) -> None:
    assert algorithms_of(read_key(text)) == algorithms


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("s" * 31, "at least 32 bytes"),
        (json.dumps({"kty": "oct", "k": "c2hvcnQ"}), "too weak"),
        (pem(RSA, private=True), "private key"),
        (json.dumps(jwk(EC, private=True)), "private key"),
        ("".join(pem(RSA).splitlines()[1:-1]), "no secret"),
        ("\n".join(pem(EC).splitlines()[1:-1]), "no secret"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "no PEM"),
        ("ssh-rsa AAAA and some more that is no key", "too weak"),
        ("{}", "no JWK"),
        ("[1]", "at least 32 bytes"),
        ('{"kty": 1}', "no JWK"),
        (pem(ECKey.generate_key("P-384")), "P-256"),
        (json.dumps(jwk(RSA, use="enc")), "verifies signatures"),
        (json.dumps(jwk(RSA, alg="PS256")), "RS256"),
        (json.dumps(jwk(RSA, key_ops=["encrypt"])), "verifies signatures"),
    ],
    ids=range(15),
)
def test_a_key_that_protects_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(UnusableKeyError, match=message) as refused:
        read_key(text)
    assert text not in str(refused.value)


def test_of_a_set_the_public_keys_for_signatures_are_taken() -> None:
    entries = [
        jwk(RSA, kid="a"),
        jwk(EC, kid="b"),
        jwk(OctKey.import_key("s" * 32), private=True, kid="secret"),
        jwk(ED, kid="private", private=True),
        jwk(RSA, kid="enc", use="enc"),
        {"kty": "AKP", "kid": "of tomorrow"},
        "no key",
    ]
    assert set(read_key_set(json.dumps({"keys": entries}).encode())) == {"a", "b"}


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"keys": 1}', '{"keys": []}', '{"keys": ["x"]}', "[" * 50_000]
)
def test_what_is_no_set_is_refused(content: str) -> None:
    with pytest.raises(UnusableKeyError):
        read_key_set(content.encode())
