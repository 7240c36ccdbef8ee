"""Whom a slave polls, and under which key id: docs/protocol.md, section 1 and "Two key ids" of section 2."""

import ipaddress
import socket
import threading
import time

FORGET_MS = 30_000
MAX_HEARD = 4
MAX_FIXED = 4
MASTER_PORT = 16031
SILENT_MS = 10_000
LOOKUP_S = 10
# Of a fixed master without BEACONs: after each such time without a good datagram the other key id is taken.
NEXT_KEY_MS = 3000
HIGHEST_EVERY_MS = 60_000
HIGHEST_FOR_MS = 1000


class Master:
    def __init__(self):
        self.boot_id = None
        self.heard_at = None
        self.answered_at = None
        self.granted = False
        self.key_ids = set()
        self.answered_key_id = None


class Fixed:
    """A master that the installer entered. A name is looked up again and again, beside everything else."""

    def __init__(self, text):
        self.text = text
        name, colon, port = text.partition(":")
        self.name, self.port = name, int(port) if colon else MASTER_PORT
        if not name or not 1 <= self.port <= 65_535:
            raise ValueError(f"HOST or HOST:PORT expected, found {text!r}")
        self.ip = None
        self.told_silent = False
        try:
            self.ip = str(ipaddress.IPv4Address(name))
        except ValueError:
            threading.Thread(target=self.look_up, daemon=True).start()

    def look_up(self):
        while True:
            try:
                self.ip = socket.gethostbyname(self.name)
            except OSError:
                pass  # The former address stays; the next look-up is soon.
            time.sleep(LOOKUP_S)

    @property
    def address(self):
        return None if self.ip is None else (self.ip, self.port)


class Masters:
    """Heard ones, at most 4, and fixed ones beside them; `heard` keeps its order: longest silent first."""

    def __init__(self, fixed, keys, now):
        self.fixed, self.keys, self.started_at = fixed, keys, now
        self.heard = {}
        self.known_fixed = {}

    def addresses(self):
        fixed = [f.address for f in self.fixed if f.address is not None]
        return list(dict.fromkeys([*fixed, *self.heard]))

    def of(self, address):
        """What is known of a master that is polled; None for a stranger."""
        if not self.is_fixed(address):
            return self.heard.get(address)
        if address not in self.known_fixed:
            self.known_fixed[address] = self.heard.pop(address, None) or Master()
        return self.known_fixed[address]

    def is_fixed(self, address):
        return any(f.address == address for f in self.fixed)

    def on_beacon(self, beacon, address, now):
        """True when the address or the boot id is new."""
        master = self.of(address) or Master()
        if not self.is_fixed(address):
            self.heard.pop(address, None)
            if len(self.heard) >= MAX_HEARD:
                strangers = [a for a, m in self.heard.items() if not m.granted]
                del self.heard[next(iter(strangers or self.heard))]
            self.heard[address] = master
        is_new = master.heard_at is None or master.boot_id != beacon["bootId"]
        if is_new:
            master.key_ids = set()
        master.boot_id, master.heard_at, master.answered_at = beacon["bootId"], now, now
        master.answered_key_id = beacon["keyId"]
        master.key_ids.add(beacon["keyId"])
        return is_new

    def on_answer(self, grant, address, now):
        """Any good GRANT: it tells a fixed master's key id where no BEACON does."""
        master = self.of(address)
        if master is not None:
            master.answered_at, master.answered_key_id = now, grant["keyId"]

    def is_heard(self, master, now):
        return master.heard_at is not None and now - master.heard_at <= FORGET_MS

    def key_id(self, address, now):
        """The key id for the next STATUS to this master: 0 without keys."""
        if self.keys is None:
            return 0
        master = self.of(address)
        if master.key_ids and self.is_heard(master, now):
            return max(master.key_ids)
        highest = max(self.keys.ids)
        if (now - self.started_at) % HIGHEST_EVERY_MS < HIGHEST_FOR_MS:
            return highest
        at = self.started_at if master.answered_at is None else master.answered_at
        turns = list(self.keys.ids)
        last = turns.index(master.answered_key_id or highest)
        return turns[(last + (now - at) // NEXT_KEY_MS) % len(turns)]

    def forget(self, now):
        self.heard = {a: m for a, m in self.heard.items() if self.is_heard(m, now)}

    def silent_fixed(self, now):
        """The fixed masters that have just become silent, as they were entered."""
        fell_silent = []
        for fixed in self.fixed:
            known = self.known_fixed.get(fixed.address)
            at = known.answered_at if known and known.answered_at is not None else self.started_at
            is_silent = now - at > SILENT_MS
            if is_silent and not fixed.told_silent:
                fell_silent.append(fixed.text)
            fixed.told_silent = is_silent
        return fell_silent
