#!/usr/bin/python3
"""A serial line with Modbus RTU devices on it, made without evenkeel's code: two ptys, a relay that takes the wire time of
every byte, and devices that answer by pymodbus's own framing (Debian: python3-pymodbus).

    rtu-line.py --link PATH --baud 9600 --units 1-8 [--latency-ms 15] [--seed 1] [--images meter-images.json]

PATH becomes a symbolic link to the master's end of the line, as udev makes them below /dev/serial/by-id. The registers
1 to 66 of unit u are those of a Siemens PAC2200 with u + 0.5 A and 230 V on each phase (singles, high word first; see
pac2200-server.py); each register n from 100 holds (256 * u + n) & 0xFFFF. With --images the units are the meters of that file
instead, the first model unit 1 and so on, as strict as those of meter-server.py. Prints "ready". Lines on stdin, each answered by "ok":

    mute 3          unit 3 is dead; "speak 3": it is there again
    delay 3 1500    unit 3 takes 1500 ms to answer
    noise 0.05      of all frames, either way, so many have one bit flipped
    unplug          the line hangs up and the link is gone; "plug": a new line
    seen            prints instead of "ok" how many requests each unit answered, as JSON

It ends with stdin.
"""
import argparse
import fcntl
import importlib.util
import json
import os
import pathlib
import pty
import queue
import random
import select
import struct
import sys
import threading
import time
import tty

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusSlaveContext
from pymodbus.factory import ServerDecoder
from pymodbus.transaction import ModbusRtuFramer

BITS_PER_BYTE = 10
TIOCVHANGUP = 0x5437


def registers_of(unit):
    words = [(256 * unit + register) & 0xFFFF for register in range(1024)]
    values = {}
    for phase in range(3):
        values[1 + 2 * phase] = 230.0
        values[13 + 2 * phase] = unit + 0.5
        values[25 + 2 * phase] = 230.0 * (unit + 0.5)
    values[65] = 3 * 230.0 * (unit + 0.5)
    for address, value in values.items():
        words[address : address + 2] = struct.unpack(">HH", struct.pack(">f", value))
    return words


def meters_of(images):
    """The stores of meter-server.py, by unit; its name is none that can be imported by word."""
    path = pathlib.Path(__file__).with_name("meter-server.py")
    spec = importlib.util.spec_from_file_location("meter_server", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {unit: module.meter(image) for unit, image in enumerate(json.load(images).values(), start=1)}


def generic_meter(unit):
    block = ModbusSequentialDataBlock(0, registers_of(unit))
    return ModbusSlaveContext(hr=block, ir=block, zero_mode=True)


def sleep_until(at_s):
    time.sleep(max(0.0, at_s - time.monotonic()))


class Device:
    """One unit: a request in, an answer out, one after the other."""

    def __init__(self, unit, store, latency_s, answer):
        self.store = store
        self.unit = unit
        self.latency_s = latency_s
        self.is_mute = False
        self.answered = 0
        self.requests = queue.Queue()
        self.answer = answer
        self.framer = ModbusRtuFramer(ServerDecoder(), client=None)
        threading.Thread(target=self.work, daemon=True).start()

    def hear(self, frame, heard_at_s):
        if not self.is_mute:
            self.requests.put((frame, heard_at_s))

    def work(self):
        while True:
            frame, heard_at_s = self.requests.get()
            self.ready_at_s = heard_at_s + self.latency_s
            sleep_until(self.ready_at_s)
            self.framer.resetFrame()
            self.framer.processIncomingPacket(frame, self.serve, unit=[self.unit])

    def serve(self, request):
        response = request.execute(self.store)
        response.unit_id = self.unit
        response.transaction_id = 0
        self.answered += 1
        self.answer(self.framer.buildPacket(response), self.ready_at_s)


class Line:
    """What one says, all hear, after the time that it takes on the wire."""

    def __init__(self, options):
        self.random = random.Random(options.seed)
        self.byte_s = BITS_PER_BYTE / options.baud
        self.noise = 0.0
        self.link = options.link
        self.wire = threading.Lock()
        self.free_at_s = 0.0
        first, last = (int(part) for part in options.units.split("-"))
        stores = (
            meters_of(options.images)
            if options.images
            else {unit: generic_meter(unit) for unit in range(first, last + 1)}
        )
        self.devices = {
            unit: Device(unit, store, options.latency_ms / 1000, self.to_master) for unit, store in stores.items()
        }
        self.master_end = None
        self.plug()
        threading.Thread(target=self.listen, daemon=True).start()

    def plug(self):
        # The relay holds the one end; the master opens the other by its link.
        self.relay_end, self.held = pty.openpty()
        tty.setraw(self.held)
        os.symlink(os.ttyname(self.held), self.link + ".new")
        os.rename(self.link + ".new", self.link)
        self.master_end = self.relay_end

    def unplug(self):
        os.unlink(self.link)
        end, self.master_end = self.master_end, None
        try:
            # What the kernel does when the adapter is pulled: whoever has it open reads the end of file.
            fcntl.ioctl(self.held, TIOCVHANGUP)
        except OSError:
            pass
        os.close(self.held)
        os.close(end)

    def damaged(self, frame):
        if self.random.random() >= self.noise:
            return frame
        at = self.random.randrange(len(frame))
        return frame[:at] + bytes([frame[at] ^ (1 << self.random.randrange(8))]) + frame[at + 1 :]

    def listen(self):
        """Requests of the master: all reads, 8 bytes. A pause ends what is no whole request."""
        pending = b""
        while True:
            end = self.master_end
            ready = [] if end is None else select.select([end], [], [], 0.05)[0]
            if not ready:
                pending = b""
                if end is None:
                    time.sleep(0.01)
                continue
            try:
                pending += os.read(end, 256)
                arrived_at_s = time.monotonic()
            except OSError:
                # Nobody has opened it.
                time.sleep(0.01)
                continue
            while len(pending) >= 8:
                frame, pending = pending[:8], pending[8:]
                heard_at_s = self.passed(frame, arrived_at_s)
                frame = self.damaged(frame)
                device = self.devices.get(frame[0])
                if device:
                    device.hear(frame, heard_at_s)

    def passed(self, frame, from_s):
        """When the last byte is over; in times of the line, so that a machine that wakes late adds nothing."""
        with self.wire:
            self.free_at_s = max(self.free_at_s, from_s) + len(frame) * self.byte_s
            return self.free_at_s

    def to_master(self, frame, ready_at_s):
        sleep_until(self.passed(frame, ready_at_s))
        with self.wire:
            if self.master_end is not None:
                os.write(self.master_end, self.damaged(frame))


def obey(line, words):
    name, *values = words
    if name in ("mute", "speak"):
        line.devices[int(values[0])].is_mute = name == "mute"
    elif name == "delay":
        line.devices[int(values[0])].latency_s = float(values[1]) / 1000
    elif name == "noise":
        line.noise = float(values[0])
    elif name == "unplug":
        line.unplug()
    elif name == "plug":
        line.plug()
    elif name == "seen":
        return json.dumps({unit: device.answered for unit, device in line.devices.items()})
    else:
        raise ValueError(f"unknown order {name}")
    return "ok"


def main():
    parser = argparse.ArgumentParser(description="a serial line with Modbus RTU devices, independent of evenkeel")
    parser.add_argument("--link", required=True)
    parser.add_argument("--baud", type=int, default=9600)
    parser.add_argument("--units", default="1-8")
    parser.add_argument("--latency-ms", type=float, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--images", type=argparse.FileType())
    line = Line(parser.parse_args())
    print("ready", flush=True)
    for text in sys.stdin:
        print(obey(line, text.split()), flush=True)


if __name__ == "__main__":
    main()
