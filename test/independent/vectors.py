#!/usr/bin/env python3
"""Keys, codes and tags of docs/protocol.md, section 2 "Authentication", from Python's own library and the page alone.

Standard input: {"siteKey": hex, "chargePoint": id, "keyId": 1, "datagrams": [{"type", "hex"}, ...]}, the datagrams
unsigned. Standard output: {"siteCode", "networkKey", "networkCode", "chargePointKey", "chargePointCode",
"datagrams": [hex, ...]}, the datagrams signed.
"""

import hashlib
import hmac
import json
import sys

SALT = b"evenkeel dlm 1"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def hkdf(secret, info):
    extracted = hmac.new(SALT, secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:16]


def code(key):
    check = int.from_bytes(hashlib.sha256(key).digest()[:2], "big") >> 4
    number = int.from_bytes(key, "big") << 12 | check
    digits = "".join(ALPHABET[number >> 5 * place & 31] for place in range(27, -1, -1))
    return "-".join(digits[at : at + 4] for at in range(0, 28, 4))


def signed(datagram, key_id, key):
    head = datagram[:4] + bytes((1, key_id)) + datagram[6:-16]
    return head + hmac.new(key, head, hashlib.sha256).digest()[:16]


def main():
    given = json.load(sys.stdin)
    site = bytes.fromhex(given["siteKey"])
    network = hkdf(site, b"network")
    charge_point = hkdf(site, b"charge point " + given["chargePoint"].encode("ascii"))
    keys = {"beacon": network, "status": charge_point, "grant": charge_point}
    datagrams = [signed(bytes.fromhex(d["hex"]), given["keyId"], keys[d["type"]]).hex() for d in given["datagrams"]]
    print(json.dumps({
        "siteCode": code(site),
        "networkKey": network.hex(),
        "networkCode": code(network),
        "chargePointKey": charge_point.hex(),
        "chargePointCode": code(charge_point),
        "datagrams": datagrams,
    }))


main()
