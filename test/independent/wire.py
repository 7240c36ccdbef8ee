"""Datagrams of docs/protocol.md, section 2: reads BEACONs and GRANTs, writes STATUS, with and without authentication."""

import re
import struct
from collections import OrderedDict

from mac import TAG_BYTES, is_tagged, tag

MAGIC = b"EK"
VERSION = 1
BEACON, STATUS, GRANT = 1, 2, 3
HEADER = struct.Struct(">2sBBBB2xI8sQ")
NONE, HMAC = 0, 1
MAX_BYTES = 1200
PADDED_BYTES = 256
BOOT_IDS_REMEMBERED = 8
MASTERS_REMEMBERED = 64
ID = re.compile(rb"(?!\.\.?\Z)[A-Za-z0-9._-]{1,32}")
STATES = ("Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE",
          "Finishing", "Reserved", "Unavailable", "Faulted")
ROTATIONS = ("RST", "STR", "TRS", "RTS", "SRT", "TSR")
SAFE_INTEGER = 2**53 - 1
UINT32 = 2**32 - 1

# Field id -> (name, bytes of the number or None for an id, least, greatest): what a slave has to read.
SENDER_FIELD, CHARGE_POINT_FIELD = 1, 2
SENDER = {SENDER_FIELD: ("sender", None, 0, 0)}
BEACON_FIELDS = SENDER | {3: ("rank", 1, 0, 255), 4: ("epoch", 4, 1, UINT32), 6: ("active", 1, 0, 255)}
GRANT_FIELDS = SENDER | {
    CHARGE_POINT_FIELD: ("chargePoint", None, 0, 0),
    4: ("epoch", 4, 1, UINT32),
    5: ("seq", 4, 1, UINT32),
    7: ("tau", 8, 0, SAFE_INTEGER),
    8: ("pollBootId", 8, 0, 2**64 - 1),
    9: ("limit", 2, 0, 65535),
    10: ("lease", 4, 1, 60_000),
    11: ("phases", 1, 0, 7),
    27: ("wakeUp", 1, 1, 255),
    30: ("switchTo", 1, 1, 7),
}
OPTIONAL = ("wakeUp", "switchTo")
FIELDS_OF = {BEACON: BEACON_FIELDS, GRANT: GRANT_FIELDS}


class Dropped(Exception):
    """A datagram that section 2 drops; the text is the reason, in the words of the page where it has some."""


def read_value(kind, value):
    """The value of one field. A longer number is read from its first bytes."""
    name, size, least, greatest = kind
    if size is None:
        if not ID.fullmatch(value):
            raise Dropped(f"garbage: {name}")
        return value.decode("ascii")
    number = int.from_bytes(value[:size], "big")
    if len(value) < size or not least <= number <= greatest:
        raise Dropped(f"garbage: {name}")
    return number


def split_fields(body):
    """(field id, value) one after the other."""
    at = 0
    while at < len(body):
        if at + 2 > len(body) or at + 2 + body[at + 1] > len(body):
            raise Dropped("garbage: a field runs into the tag")
        yield body[at], body[at + 2 : at + 2 + body[at + 1]]
        at += 2 + body[at + 1]


def read_fields(wanted, body):
    """Name -> value of the wanted fields."""
    found = {}
    for field_id, value in split_fields(body):
        if field_id in wanted and wanted[field_id][0] not in found:
            found[wanted[field_id][0]] = read_value(wanted[field_id], value)
    if any(name not in found and name not in OPTIONAL for name, *_ in wanted.values()):
        raise Dropped("garbage: a field is missing")
    return found


def read_first(body, *field_ids):
    """The ids that a signed datagram begins with, before its tag is looked at."""
    fields, values = split_fields(body), []
    for expected in field_ids:
        field_id, value = next(fields, (None, b""))
        if field_id != expected:
            raise Dropped("garbage: order of the fields")
        values.append(read_value(GRANT_FIELDS[expected], value))
    return values


class Replays:
    """The greatest counter of each boot of each master; of those heard longest ago some are forgotten."""

    def __init__(self):
        self.masters = OrderedDict()

    def pass_newer(self, master_id, boot_id, counter):
        boots = self.masters.setdefault(master_id, OrderedDict())
        if counter <= boots.get(boot_id, 0):
            raise Dropped("replay")
        boots[boot_id] = counter
        for memory, key, bound in ((boots, boot_id, BOOT_IDS_REMEMBERED), (self.masters, master_id, MASTERS_REMEMBERED)):
            memory.move_to_end(key)
            if len(memory) > bound:
                memory.popitem(last=False)


class Reader:
    """Checks in the order of the page. `keys` is None where authentication is off."""

    def __init__(self, network_id, charge_point, keys):
        self.network_id, self.charge_point, self.keys = network_id, charge_point, keys
        self.replays = Replays()

    def read(self, data):
        """A BEACON or GRANT as a dict, None for a STATUS, or Dropped."""
        if not HEADER.size + TAG_BYTES <= len(data) <= MAX_BYTES:
            raise Dropped("garbage: length")
        magic, version, kind, algorithm, key_id, network, boot_id, counter = HEADER.unpack_from(data)
        if magic != MAGIC or kind not in (BEACON, STATUS, GRANT) or algorithm not in (NONE, HMAC):
            raise Dropped("garbage: header")
        if version != VERSION or network != self.network_id:
            raise Dropped("another version or network")
        if kind != GRANT and len(data) < PADDED_BYTES:
            raise Dropped("garbage: too short")
        if kind == STATUS:
            return None
        body = data[HEADER.size : -TAG_BYTES]
        if self.keys is None:
            if algorithm != NONE:
                raise Dropped("signed")
        else:
            self.check(data, body, kind, algorithm, key_id, boot_id, counter)
        return read_fields(FIELDS_OF[kind], body) | {"type": kind, "bootId": boot_id, "keyId": key_id}

    def check(self, data, body, kind, algorithm, key_id, boot_id, counter):
        if algorithm != HMAC:
            raise Dropped("unsigned")
        if key_id not in self.keys.ids:
            raise Dropped("unknown key")
        if kind == GRANT and read_first(body, SENDER_FIELD, CHARGE_POINT_FIELD)[1] != self.charge_point:
            raise Dropped("for another charge point")
        own = self.keys.network if kind == BEACON else self.keys.charge_point
        if not is_tagged(own[key_id], data):
            raise Dropped("bad tag")
        if kind == BEACON:
            self.replays.pass_newer(*read_first(body, SENDER_FIELD), boot_id, counter)


def field(number, value):
    return bytes((number, len(value))) + value


def number_field(number, size, value):
    return field(number, value.to_bytes(size, "big"))


OPTIONAL_STATUS = (("wakeUps", 26, 1), ("switchable", 28, 1), ("switchedTo", 29, 1), ("power", 31, 4),
                   ("sessionEnergy", 32, 4), ("chargingTime", 33, 4), ("pluggedInTime", 34, 4), ("errorCode", 35, 1))


def encode_status(network_id, boot_id, counter, s, key_id=0, key=None):
    """The datagram of a STATUS. Numbers of `s` are as on the wire (hundredths of an ampere, milliseconds, masks)."""
    body = b"".join((
        field(1, s["id"].encode("ascii")),
        number_field(7, 8, s["tau"]),
        field(12, struct.pack(">II", s["epoch"], s["seq"]) + s["masterId"].encode("ascii")),
        number_field(13, 2, s["enforced"]),
        number_field(25, 1, s["enforcedPhases"]),
        number_field(14, 4, s["leaseLeft"]),
        number_field(15, 2, s["disconnected"]),
        number_field(16, 2, s["maximum"]),
        number_field(17, 2, s["minimum"]),
        number_field(18, 1, STATES.index(s["state"])),
        field(19, struct.pack(">HHH", *s["currents"])),
        number_field(20, 1, s["connectedPhases"]),
        number_field(21, 1, ROTATIONS.index(s["rotation"])),
        number_field(22, 1, s["usedPhases"]),
        number_field(23, 4, s["session"]),
        field(24, s["firmware"].encode("ascii")),
        *(number_field(n, size, min(s[name], 256**size - 1)) for name, n, size in OPTIONAL_STATUS if name in s),
    ))
    missing = PADDED_BYTES - HEADER.size - len(body) - TAG_BYTES
    if missing > 0:
        body += field(0, bytes(max(0, missing - 2)))
    algorithm = NONE if key is None else HMAC
    head = HEADER.pack(MAGIC, VERSION, STATUS, algorithm, key_id, network_id, boot_id, counter) + body
    return head + (bytes(TAG_BYTES) if key is None else tag(key, head))
