"""Keys, codes and tags: docs/protocol.md, section 2 "Authentication", from Python's own library and the page alone."""

import hashlib
import hmac
import re

SALT = b"evenkeel dlm 1"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
CODE_CHARACTERS = 28
CHECK_BITS = 12
KEY_BYTES = 16
TAG_BYTES = 16
MAX_KEY_IDS = 2


def hkdf(secret, info):
    extracted = hmac.new(SALT, secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:KEY_BYTES]


def network_key(site_key):
    return hkdf(site_key, b"network")


def masters_key(site_key):
    return hkdf(site_key, b"masters")


def charge_point_key(site_key, charge_point):
    return hkdf(site_key, b"charge point " + charge_point.encode("ascii"))


def check_of(key):
    return int.from_bytes(hashlib.sha256(key).digest()[:2], "big") >> 16 - CHECK_BITS


def code_of(key):
    """A key as it is entered, in groups of four."""
    number = int.from_bytes(key, "big") << CHECK_BITS | check_of(key)
    digits = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(CODE_CHARACTERS)))
    return "-".join(digits[at : at + 4] for at in range(0, CODE_CHARACTERS, 4))


def key_of(code):
    """The key that a code stands for. ValueError when it is none, or was typed wrong."""
    digits = code.upper().translate(FORGIVEN)
    if len(digits) != CODE_CHARACTERS or any(digit not in ALPHABET for digit in digits):
        raise ValueError(f"a code of {CODE_CHARACTERS} letters and digits without U expected, found {len(digits)}")
    number = 0
    for digit in digits:
        number = number << 5 | ALPHABET.index(digit)
    key = (number >> CHECK_BITS).to_bytes(KEY_BYTES, "big")
    if number & (1 << CHECK_BITS) - 1 != check_of(key):
        raise ValueError("a typing error in a code: its check is wrong")
    return key


def tag(key, signed_bytes):
    return hmac.new(key, signed_bytes, hashlib.sha256).digest()[:TAG_BYTES]


def is_tagged(key, datagram):
    return hmac.compare_digest(tag(key, datagram[:-TAG_BYTES]), datagram[-TAG_BYTES:])


class Keys:
    """What one charge point has: key id -> (network key, charge point key)."""

    def __init__(self, pairs):
        self.network = {key_id: network for key_id, (network, _) in pairs.items()}
        self.charge_point = {key_id: own for key_id, (_, own) in pairs.items()}
        self.ids = sorted(pairs, reverse=True)


def parse_keys(text, charge_point):
    """The file that `evenkeel keys show --slave-file ID` prints: `chargePoint ID`, `key ID NETWORK-CODE OWN-CODE`."""
    pairs = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "chargePoint" and len(words) == 2:
            if words[1] != charge_point:
                raise ValueError(f"line {number}: keys of {charge_point} expected, found those of {words[1]}")
        elif words[0] == "key" and len(words) == 4 and re.fullmatch(r"[0-9]{1,3}", words[1]):
            if not 1 <= int(words[1]) <= 255 or int(words[1]) in pairs:
                raise ValueError(f"line {number}: another key id of 1 to 255 expected, found {words[1]}")
            try:
                pairs[int(words[1])] = key_of(words[2]), key_of(words[3])
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from error
        else:
            raise ValueError(f"line {number}: 'chargePoint ID' or 'key ID NETWORK-CODE CHARGE-POINT-CODE' expected")
    if not 1 <= len(pairs) <= MAX_KEY_IDS:
        raise ValueError(f"1 to {MAX_KEY_IDS} keys expected, found {len(pairs)}")
    return Keys(pairs)
