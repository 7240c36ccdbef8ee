#!/usr/bin/env python3
"""A DLM slave written from docs/protocol.md alone, without any code of evenkeel: it proves that the page is enough.

One process is one connector with a simulated vehicle. Only the standard library of Python 3 is used.

    slave.py --id garage-1 --port 16030 --network-id 0 --phases 3 --disconnected 6 --max 32 --key-file garage-1.key

The key file is what `evenkeel keys show --slave-file garage-1` prints; without one authentication is off.

Commands on standard input, one per line: `plug`, `unplug`, `phases N` (how many phases the vehicle draws from), `quit`;
the end of the input means `quit` too. Standard output has one JSON object per line, with `t` in Unix milliseconds:
`start` (boot id), `limit` (the enforced limit or what it was counted for changed; `lateMs`: how much later than the
rules say, because this process had to wait for the processor), `grant` (one was accepted), `wakeUp` (the pilot is
interrupted), `switch` (its contactors begin to move), `state` (state of the
connector, vehicle or used phases changed), `drop` (a datagram was not taken, and why; each reason once a second) and
`silent` (a fixed master). Currents are in amperes there, in hundredths of an ampere inside.
"""

import argparse
import json
import os
import secrets
import select
import socket
import sys
import time

sys.dont_write_bytecode = True  # before the modules beside this file: nothing is left in the folder of the sources

from kept import Kept  # noqa: E402
from mac import parse_keys  # noqa: E402
from masters import MAX_FIXED, Fixed, Masters  # noqa: E402
from switch import SWITCHABLE, PhaseSwitch  # noqa: E402
from vehicle import Vehicle, now_ms  # noqa: E402
from wire import BEACON, ID, ROTATIONS, UINT32, Dropped, Reader, encode_status  # noqa: E402

# Section 3 of the page.
HEARTBEAT_MS = 1000
STEP_MS = 100
HOLD_MS = 15_000
REPORT_CHANGE_CA = 50
PHASE_IN_USE_CA = 100
DROP_TOLD_MS = 1000
WAKE_UPS_APART_MS = 30_000


def report(event, **values):
    line = {"event": event, "t": round(time.time_ns() / 1e6, 3)} | values
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Slave:
    """Sections 4 to 6 of the page."""

    def __init__(self, options, vehicle, send):
        self.o, self.vehicle, self.send = options, vehicle, send
        self.reader = Reader(options.network_id, options.id, options.keys)
        self.masters = Masters(options.master, options.keys, now_ms())
        self.drop_told_at = {}
        self.boot_id = secrets.token_bytes(8)
        self.counter = 0
        self.all_phases = (1 << options.phases) - 1
        self.since = now_ms()
        self.kept = Kept(options.kept_file, options.disconnected)
        self.longest = options.boot_lease  # S3: T of the hold
        self.hold_end = now_ms() + self.longest + HOLD_MS
        self.last, self.accepted_at = None, 0
        self.session = vehicle.session
        self.used_since = {}
        self.wake_ups, self.woken_at = 0, -WAKE_UPS_APART_MS
        self.switch = PhaseSwitch() if options.phase_switch else None
        self.switched_to = self.switch and self.switch.look(now_ms())
        self.currents = self.told_currents = (0, 0, 0)
        self.told = None
        self.told_at = now_ms() - HEARTBEAT_MS
        self.step_at = now_ms()
        self.shown = {}

    @property
    def used(self):
        return sum(1 << phase for phase in self.used_since)

    def lease_end(self):
        return self.last["tau"] + self.last["lease"]

    def enforced(self, now):
        """(limit in hundredths, mask that it was counted for, state of section 5)."""
        d = self.kept.usable
        if now >= self.hold_end:
            return d, self.all_phases, "disconnected"
        if self.last is None:
            return 0, self.all_phases, "booting"
        limit, phases = min(self.last["limit"], self.o.max), self.last["phases"]
        if self.switch and self.switch.moving:
            return 0, phases, "switching"
        if self.last["tau"] < self.since:
            return (min(limit, d) if self.all_phases & ~phases == 0 else 0), phases, "newVehicle"
        if now < self.lease_end():
            return limit, phases, "granted"
        return min(limit, d), phases, "leaseExpired"

    def look(self):
        """Reads the vehicle, then puts into force what now holds. S6: never twice in the millisecond of a STATUS."""
        now = now_ms()
        if now > self.told_at:
            self.read_vehicle(now)
        self.watch_phases()
        limit, phases, rule = self.enforced(now)
        self.vehicle.limit_ca = limit
        due = {"leaseExpired": self.lease_end, "disconnected": lambda: self.hold_end}.get(rule, lambda: now)()
        self.show("limit", {"lateMs": now - due}, limitA=limit / 100, phases=phases, rule=rule)
        self.show("state", {}, state=self.vehicle.state(), sessionId=self.session, usedPhases=self.used)

    def read_vehicle(self, now):
        self.read_switch(now)
        self.currents = self.vehicle.currents(now)
        if self.switch:
            self.currents = self.switch.connected(self.currents)
        if self.vehicle.session != self.session:
            self.session, self.used_since, self.since = self.vehicle.session, {}, now
            self.wake_ups = 0
        for phase in range(3):
            if self.currents[phase] > PHASE_IN_USE_CA:
                self.wake_ups = 0
                self.used_since.setdefault(phase, now)

    def read_switch(self, now):
        if self.switch and self.switch.look(now) != self.switched_to:
            self.switched_to = self.switch.phases
            self.used_since, self.since = {}, now

    def move_switch(self):
        now = now_ms()
        limit, _phases, rule = self.enforced(now)
        if self.switch and self.switch.obey(self.last, rule == "granted", limit, self.currents, now):
            report("switch", to=self.switch.to)

    def watch_phases(self):
        """S6: also for a GRANT that is accepted now and answers a poll from before a phase that it lacks was in use."""
        for phase, at in self.used_since.items():
            if self.last is None or not self.last["phases"] & 1 << phase:
                self.since = max(self.since, at)

    def show(self, event, beside, **values):
        if self.shown.get(event) != values:
            self.shown[event] = values
            report(event, **values, **beside)

    def changes(self):
        return self.vehicle.state(), self.session, self.used, self.switched_to, self.enforced(now_ms())[0]

    def send_status(self):
        now = now_ms()
        limit, phases, _rule = self.enforced(now)
        last = self.last or {"epoch": 0, "seq": 0, "sender": "", "tau": 0, "lease": 0}
        status = {"id": self.o.id, "tau": now, "epoch": last["epoch"], "seq": last["seq"], "masterId": last["sender"],
            "enforced": limit, "enforcedPhases": phases, "leaseLeft": max(0, last["tau"] + last["lease"] - now),
            "disconnected": self.o.disconnected, "maximum": self.o.max, "minimum": self.o.minimum,
            "state": self.vehicle.state(), "currents": self.currents, "connectedPhases": self.o.phases,
            "rotation": self.o.rotation, "usedPhases": self.used, "session": self.session, "firmware": "slave.py",
            "wakeUps": self.wake_ups, **self.vehicle.meter(now),
        }
        if self.switch:
            status |= {"switchable": SWITCHABLE, "switchedTo": self.switched_to}
        for address in self.masters.addresses():
            self.counter += 1
            key_id = self.masters.key_id(address, now)
            key = self.o.keys.charge_point[key_id] if self.o.keys else None
            self.send(encode_status(self.o.network_id, self.boot_id, self.counter, status, key_id, key), address)
        self.told, self.told_currents, self.told_at = self.changes(), self.currents, now

    def on_datagram(self, data, address):
        try:
            message = self.reader.read(data)
        except Dropped as reason:
            self.tell_drop(str(reason), address)
            return
        if message is None:
            return
        if message["type"] == BEACON:
            if self.masters.on_beacon(message, address, now_ms()):
                self.look()
                self.send_status()
        else:
            self.on_grant(message, address)

    def tell_drop(self, reason, address):
        now = now_ms()
        if now - self.drop_told_at.get(reason, now - DROP_TOLD_MS) >= DROP_TOLD_MS:
            self.drop_told_at[reason] = now
            report("drop", reason=reason, address=f"{address[0]}:{address[1]}")

    def on_grant(self, grant, address):
        now = now_ms()
        if grant["chargePoint"] != self.o.id or grant["pollBootId"] != int.from_bytes(self.boot_id, "big"):
            return
        self.masters.on_answer(grant, address, now)
        if self.last and (grant["epoch"], grant["seq"]) <= (self.last["epoch"], self.last["seq"]):
            return
        if grant["tau"] > now or grant["tau"] + grant["lease"] <= now:
            return
        if self.last and (grant["epoch"], grant["sender"]) != (self.last["epoch"], self.last["sender"]):  # S1
            if grant["tau"] <= self.accepted_at or grant["tau"] < self.lease_end() <= now:
                return
        self.last, self.accepted_at = grant, now
        self.longest = max(self.longest, grant["lease"])
        if grant["phases"] != 0:
            self.kept.confirm()
        self.hold_end = now + self.longest + HOLD_MS
        if master := self.masters.of(address):
            master.granted = True
        report("grant", masterId=grant["sender"], epoch=grant["epoch"], seq=grant["seq"],
               limitA=grant["limit"] / 100, leaseMs=grant["lease"], phases=grant["phases"], ageMs=now - grant["tau"],
               keyId=grant["keyId"])
        self.look()
        self.wake_up(grant, now)
        self.send_status()

    def wake_up(self, grant, now):
        """S9"""
        if grant.get("wakeUp") != self.wake_ups + 1 or self.vehicle.state() != "SuspendedEV":
            return
        if now - self.woken_at < WAKE_UPS_APART_MS:
            return
        self.wake_ups, self.woken_at = self.wake_ups + 1, now
        self.vehicle.interrupt_pilot(now)
        report("wakeUp", count=self.wake_ups)

    def step(self):
        now = now_ms()
        self.masters.forget(now)
        for silent in self.masters.silent_fixed(now):
            report("silent", master=silent)
        self.look()
        self.move_switch()
        moved = any(abs(a - b) >= REPORT_CHANGE_CA for a, b in zip(self.currents, self.told_currents))
        if moved or self.changes() != self.told or now - self.told_at >= HEARTBEAT_MS:
            self.send_status()
        self.step_at = now + STEP_MS

    def next_step_at(self):
        """At the end of a lease, also of one that was accepted after the last step, and else every 100 ms."""
        ends = [self.hold_end] + ([self.lease_end()] if self.last else [])
        due = [end for end in ends if self.step_at - STEP_MS < end]
        return min([self.step_at, *due])


def open_socket(address, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if port != 0:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    s.setblocking(False)
    return s


def send_with(s):
    def send(data, address):
        try:
            s.sendto(data, address)
        except OSError:
            pass  # No route, interface down or buffer full: the next STATUS is less than a second away.
    return send


def receive(s, slave):
    """At most 64 datagrams at a time, so that a flood delays no end of a lease for long."""
    for _ in range(64):
        try:
            data, address = s.recvfrom(65_535)
        except BlockingIOError:
            return
        except OSError:
            continue
        slave.on_datagram(data, address)


def obey(command, vehicle, slave):
    """One line of standard input. False for `quit`."""
    words = command.split()
    if words == ["quit"]:
        return False
    if words == ["plug"]:
        vehicle.plug()
    elif words == ["unplug"]:
        vehicle.unplug()
    elif len(words) == 2 and words[0] == "phases" and words[1] in ("1", "2", "3"):
        vehicle.phases = min(int(words[1]), slave.o.phases)
    elif words:
        print(f"slave.py: unknown command {command!r}: plug, unplug, phases 1-3, quit", file=sys.stderr)
    return True


def amperes(text):
    value = round(float(text) * 100)
    if not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError("0 to 655.35 A expected")
    return value


def read_keys(p, options):
    try:
        with open(options.key_file, encoding="ascii") as file:
            return parse_keys(file.read(), options.id)
    except (OSError, ValueError) as error:
        p.error(f"--key-file {options.key_file}: {error}")


def parse_options():
    p = argparse.ArgumentParser(description="DLM slave with a simulated vehicle, written from docs/protocol.md")
    p.add_argument("--id", required=True)
    p.add_argument("--network-id", type=int, default=0)
    p.add_argument("--port", type=int, default=16030)
    p.add_argument("--bind", default="0.0.0.0", help="address to listen on; 127.0.0.1 hears no broadcast")
    p.add_argument("--phases", type=int, choices=(1, 2, 3), default=3, help="of the connector")
    p.add_argument("--rotation", choices=ROTATIONS, default="RST")
    p.add_argument("--phase-switch", action="store_true", help="it can connect L1 alone, or all three")
    p.add_argument("--vehicle-phases", type=int, choices=(1, 2, 3), default=3)
    p.add_argument("--vehicle-sleeps", action="store_true", help="after a pause, until its pilot is interrupted")
    p.add_argument("--vehicle-max", type=amperes, default=1600)
    p.add_argument("--disconnected", type=amperes, default=600)
    p.add_argument("--kept-file", help="where the disconnected limit of S8 is remembered")
    p.add_argument("--max", type=amperes, default=3200)
    p.add_argument("--minimum", type=amperes, default=600)
    p.add_argument("--boot-lease", type=int, default=60_000, help="ms; S4: the lease of the site")
    p.add_argument("--master", type=Fixed, action="append", default=[], help="HOST or HOST:PORT; a fixed master")
    p.add_argument("--key-file", help="codes of this charge point; without it authentication is off")
    options = p.parse_args()
    if not ID.fullmatch(options.id.encode()):
        p.error("--id: 1 to 32 characters out of A-Z a-z 0-9 . _ - expected, but not . or ..")
    if options.disconnected > options.max:
        p.error("--disconnected must not be above --max")
    if len(options.master) > MAX_FIXED:
        p.error(f"--master: at most {MAX_FIXED} expected")
    options.keys = read_keys(p, options) if options.key_file else None
    return options


def run(options):
    vehicle = Vehicle(min(options.vehicle_phases, options.phases), options.vehicle_max, options.minimum, options.vehicle_sleeps)
    listening, own = open_socket(options.bind, options.port), open_socket(options.bind, 0)
    slave = Slave(options, vehicle, send_with(own))
    report("start", id=options.id, bootId=slave.boot_id.hex(), port=options.port)
    pending = b""
    while True:
        wait_s = max(0, slave.next_step_at() - now_ms()) / 1000
        readable, _, _ = select.select([listening, own, sys.stdin.fileno()], [], [], wait_s)
        if now_ms() >= slave.next_step_at():
            slave.step()
        for s in (own, listening):
            if s in readable:
                receive(s, slave)
        if sys.stdin.fileno() in readable:
            chunk = os.read(sys.stdin.fileno(), 4096)
            *commands, pending = (pending + chunk).split(b"\n")
            if not chunk or not all([obey(c.decode("ascii", "replace"), vehicle, slave) for c in commands]):
                return
            slave.step()


if __name__ == "__main__":
    try:
        run(parse_options())
    except (KeyboardInterrupt, BrokenPipeError):
        pass
