#!/usr/bin/env python3
"""Keys, codes and tags of docs/protocol.md, section 2 "Authentication", from Python's own library and the page alone.

Standard input: {"siteKey": hex, "chargePoint": id, "keyId": 1, "datagrams": [{"type", "hex"}, ...]}, the datagrams
unsigned. Standard output: {"siteCode", "networkKey", "networkCode", "chargePointKey", "chargePointCode", "mastersKey",
"datagrams": [hex, ...]}, the datagrams signed.

    vectors.py --page docs/protocol.md

reads the examples and vectors out of the page itself instead, holds them to the slave beside this file, prints how many
things agree, and ends with 1 where something does not, with a line for each on standard error.
"""

import json
import re
import sys

sys.dont_write_bytecode = True

from mac import TAG_BYTES, Keys, charge_point_key, code_of, key_of, masters_key, network_key, tag  # noqa: E402
from wire import ROTATIONS, STATES, STATUS, Dropped, Reader, encode_status, split_fields  # noqa: E402

# "  0  45 4b 00*185   meaning": offset, bytes with repetitions, and at least two spaces before the meaning.
DUMP_LINE = re.compile(r" *(\d+)  ([0-9a-f]{2}(?:\*\d+)?(?: [0-9a-f]{2}(?:\*\d+)?)*)(?:  .*)?")
TITLE = re.compile(r"(BEACON|STATUS|GRANT|ASK|TELL), (\d+) bytes")
SECRET = re.compile(r"([a-z]+(?: [a-z]+)*) {2,}(\S+)")


def signed(datagram, key_id, key):
    head = datagram[:4] + bytes((1, key_id)) + datagram[6:-TAG_BYTES]
    return head + tag(key, head)


def answer(given):
    site = bytes.fromhex(given["siteKey"])
    network, charge_point = network_key(site), charge_point_key(site, given["chargePoint"])
    masters = masters_key(site)
    keys = {"beacon": network, "status": charge_point, "grant": charge_point, "ask": masters, "tell": masters}
    datagrams = [signed(bytes.fromhex(d["hex"]), given["keyId"], keys[d["type"]]).hex() for d in given["datagrams"]]
    return {
        "siteCode": code_of(site),
        "networkKey": network.hex(),
        "networkCode": code_of(network),
        "chargePointKey": charge_point.hex(),
        "chargePointCode": code_of(charge_point),
        "mastersKey": masters.hex(),
        "datagrams": datagrams,
    }


def blocks(page, heading, language):
    """The fenced blocks of one language in the section with this number."""
    section = re.search(rf"^## {heading} .*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL).group()
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


CHANGE = re.compile(r"at (\d+) (?:(insert|write) `([0-9a-f ]+)`|remove (\d+))")
EDGE = re.compile(r"^\| (BEACON|STATUS|GRANT) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
KINDS = ("BEACON", "STATUS", "GRANT")


def changed(data, text):
    """A datagram with the changes of section 11."""
    result = bytearray(data)
    for part in text.split(", "):
        at, verb, values, count = CHANGE.fullmatch(part).groups()
        at, values = int(at), bytes.fromhex(values or "")
        result[at : at + (len(values) if verb == "write" else int(count or 0))] = values
    return bytes(result)


class Page:
    """What the page shows, and how much of it agrees with the code beside this file."""

    def __init__(self, text):
        self.agreed, self.wrong = 0, []
        (dump,), (content,) = blocks(text, 8, "text"), blocks(text, 8, "json")
        (secrets,) = blocks(text, 10, "text")
        self.plain = self.read_dump(dump)
        self.messages = json.loads(content)
        self.secrets = dict(SECRET.fullmatch(line).groups() for line in secrets.splitlines())
        self.edges = EDGE.findall(text)
        self.signed = [bytes.fromhex(block.replace("\n", "")) for block in blocks(text, 10, "hex")]
        self.expect("five of each", [len(x) for x in (self.plain, self.messages, self.signed)], [5, 5, 5])

    def expect(self, what, found, expected):
        if found == expected:
            self.agreed += 1
        else:
            shown = [x.hex() if isinstance(x, bytes) else x for x in (expected, found)]
            self.wrong.append(f"{what}: the page has {shown[0]}, here it is {shown[1]}")

    def read_dump(self, dump):
        datagrams, lengths = [], []
        for line in dump.splitlines():
            if title := TITLE.fullmatch(line):
                datagrams.append(b"")
                lengths.append(int(title[2]))
            elif match := DUMP_LINE.fullmatch(line):
                self.expect(f"offset of {line!r}", len(datagrams[-1]), int(match[1]))
                for part in match[2].split():
                    byte, _, times = part.partition("*")
                    datagrams[-1] += bytes.fromhex(byte) * int(times or 1)
            elif line:
                self.wrong.append(f"no example: {line!r}")
        self.expect("lengths of the examples", [len(d) for d in datagrams], lengths)
        return datagrams

    def check_codes(self):
        s = self.secrets
        site, id_ = bytes.fromhex(s["site key"]), s["charge point"]
        self.expect("network key", network_key(site).hex(), s["network key"])
        self.expect("charge point key", charge_point_key(site, id_).hex(), s["charge point key"])
        for name in ("site", "network", "charge point"):
            key, code = bytes.fromhex(s[f"{name} key"]), s[f"{name} code"]
            self.expect(f"{name} code", code_of(key), code)
            self.expect(f"{name} code typed", key_of(code.lower().replace("-", " ").replace("0", "o")), key)
        self.masters = masters_key(site)
        self.expect("masters key", self.masters.hex(), s["masters key"])
        return Keys({1: (network_key(site), charge_point_key(site, id_))})

    def check_datagrams(self, keys):
        owners = (keys.network[1], keys.charge_point[1], keys.charge_point[1], self.masters, self.masters)
        for plain, hmac, key, content in zip(self.plain, self.signed, owners, self.messages):
            message, counter = content["message"], content["counter"]
            kind = message["type"]
            self.expect(f"{kind} signed", signed(plain, 1, key), hmac)
            self.expect(f"{kind} counter", int.from_bytes(plain[20:28], "big"), counter)
            if kind in ("ask", "tell"):
                self.check_exchange(message, plain)
                reader = Reader(message["networkId"], self.secrets["charge point"], None)
                self.expect(f"{kind} at a slave", self.read(reader, plain), {"dropped": "garbage: header"})
            elif kind == "status":
                self.check_status(message, counter, plain)
                self.check_status(message, counter, hmac, 1, key)
            else:
                self.check_read(message, plain, None)
                self.check_read(message, hmac, keys)

    def check_status(self, m, counter, expected, *key):
        centi = {name: round(m[f"{name}A"] * 100) for name in ("enforced", "disconnectedLimit", "max", "min")}
        status = {"id": m["chargePointId"], "tau": m["tauMs"], **m["accepted"], "enforced": centi["enforced"],
            "enforcedPhases": m["enforcedPhases"], "leaseLeft": m["leaseLeftMs"],
            "disconnected": centi["disconnectedLimit"], "maximum": centi["max"], "minimum": centi["min"],
            "state": m["state"], "currents": [round(a * 100) for a in m["currentA"]], "connectedPhases": m["phases"],
            "rotation": m["rotation"], "usedPhases": m["usedPhases"], "session": m["sessionId"],
            "firmware": m["firmware"]}
        found = encode_status(m["networkId"], bytes.fromhex(m["bootId"]), counter, status, *key)
        self.expect(f"STATUS written, key {bool(key)}", found, expected)
        self.expect("STATUS type", (found[3], STATES.index(m["state"]), ROTATIONS.index(m["rotation"])), (STATUS, 2, 1))
        self.expect("STATUS fields", len(dict(split_fields(found[28:-TAG_BYTES]))), 17)

    def check_exchange(self, m, data):
        """Section 12: an ASK and a TELL, field by field."""
        fields = dict(split_fields(data[28:-TAG_BYTES]))
        version = (int.from_bytes(fields[37][:4], "big"), fields[37][4:].hex())
        found = {"type": {4: "ask", 5: "tell"}[data[3]], "masterId": fields[1].decode("ascii"),
            "version": {"revision": version[0], "author": version[1]}, "part": int.from_bytes(fields[38], "big")}
        if m["type"] == "tell":
            found |= {"masterBootId": data[12:20].hex(), "bootId": fields[8].hex(),
                "parts": int.from_bytes(fields[39], "big")}
        else:
            found |= {"bootId": data[12:20].hex()}
        self.expect(f"{m['type']} read", found, {name: value for name, value in m.items() if name != "networkId"})

    def check_read(self, m, data, keys):
        reader = Reader(m["networkId"], self.secrets["charge point"], keys)
        read = self.read(reader, data)
        found = {"masterId": read.get("sender"), "epoch": read.get("epoch"), "bootId": read.get("bootId", b"").hex()}
        if m["type"] == "beacon":
            found |= {"rank": read.get("rank"), "active": read.get("active") != 0}
        else:
            found |= {"chargePointId": read.get("chargePoint"), "masterBootId": found["bootId"],
                "bootId": read.get("pollBootId", 0).to_bytes(8, "big").hex(), "tauMs": read.get("tau"),
                "seq": read.get("seq"), "limitA": read.get("limit", 0) / 100, "leaseMs": read.get("lease"),
                "phases": read.get("phases")}
        expected = {name: value for name, value in m.items() if name not in ("type", "networkId")}
        self.expect(f"{m['type']} read, keys {bool(keys)}", found, expected)
        if keys is not None:
            self.check_bad(m["type"], reader, data)

    def check_edges(self):
        """Section 11. Of a STATUS only whether its fields can be told apart: a slave reads no more of it."""
        self.expect("rows of section 11", len(self.edges) >= 16, True)
        network = self.messages[0]["message"]["networkId"]
        for kind, change, wanted, why in self.edges:
            plain = self.plain[KINDS.index(kind)]
            data = changed(plain, change)
            if kind == "STATUS":
                try:
                    found = "fields" if dict(split_fields(data[28:-TAG_BYTES])) else ""
                except Dropped:
                    found = "garbage"
                self.expect(f"STATUS: {why}", found, "garbage" if wanted == "garbage" else "fields")
                continue
            found, before = (self.read(Reader(network, self.secrets["charge point"], None), d) for d in (data, plain))
            if wanted == "garbage":
                self.expect(f"{kind}: {why}", found.get("dropped", "").partition(":")[0], wanted)
            elif wanted == "the same":
                self.expect(f"{kind}: {why}", found, before)
            else:
                name, value = re.fullmatch(r"`(\w+)` (\d+)", wanted).groups()
                self.expect(f"{kind}: {why}", found, before | {name: int(value)})

    def read(self, reader, data):
        try:
            return reader.read(data)
        except Dropped as reason:
            return {"dropped": str(reason)}

    def check_bad(self, kind, reader, data):
        """Section 9: one bit changed anywhere, and for a BEACON a second time."""
        for bit in range(len(data) * 8):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            if "dropped" not in self.read(reader, bytes(changed)):
                self.wrong.append(f"{kind} with bit {bit} changed is not dropped")
        again = self.read(reader, data).get("dropped")
        self.expect(f"{kind} a second time", again, "replay" if kind == "beacon" else None)


def main():
    if sys.argv[1:2] != ["--page"]:
        print(json.dumps(answer(json.load(sys.stdin))))
        return
    with open(sys.argv[2], encoding="utf-8") as file:
        page = Page(file.read())
    page.check_datagrams(page.check_codes())
    page.check_edges()
    print(json.dumps({"agreed": page.agreed, "wrong": len(page.wrong)}))
    for line in page.wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if page.wrong else 0)


main()
