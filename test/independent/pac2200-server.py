#!/usr/bin/python3
"""A Siemens PAC2200 made without evenkeel's code: pymodbus 3.0.0 (Debian: python3-pymodbus) and registers packed by hand.

    pac2200-server.py --port 5020 --currents 10,0,4 --powers 2300,0,-920 --voltages 230,230,230

Prints "ready" once it listens on 127.0.0.1. Lines on stdin change values while it runs: "i1 12.5", "p3 -920", "u2 231",
"p 1380" (the total, otherwise the sum of the phases). It ends with stdin.

Facts of the device: every value is an IEEE 754 single in two registers, high word first, high byte first; phase
voltages from 1, line-to-line voltages from 7, currents from 13 (magnitudes), apparent powers from 19, active powers
from 25, total active power at 65. Functions 3 and 4 read the same. A read that does not start at a value, ends inside
one, or touches an unknown register gets exception 2.
"""
import argparse
import asyncio
import logging
import struct
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server.async_io import ModbusTcpServer

FIRST_REGISTER = {
    "u1": 1, "u2": 3, "u3": 5,
    "u12": 7, "u23": 9, "u31": 11,
    "i1": 13, "i2": 15, "i3": 17,
    "s1": 19, "s2": 21, "s3": 23,
    "p1": 25, "p2": 27, "p3": 29,
    "p": 65,
}  # fmt: skip


class StrictBlock(ModbusSparseDataBlock):
    """Registers that can only be read as whole values."""

    def validate(self, address, count=1):
        starts = set(FIRST_REGISTER.values())
        wanted = range(address, address + count)
        return (
            count > 0
            and address in starts
            and wanted[-1] - 1 in starts
            and all(register in self.values for register in wanted)
        )


class Meter:
    """The values, and the registers that spell them."""

    def __init__(self, currents, powers, voltages):
        self.block = StrictBlock({address: [0, 0] for address in FIRST_REGISTER.values()})
        self.powers = {}
        for name in ("u12", "u23", "u31"):
            self.put(name, 400.0)
        for phase in range(3):
            self.set(f"u{phase + 1}", voltages[phase])
            self.set(f"i{phase + 1}", currents[phase])
            self.put(f"s{phase + 1}", currents[phase] * voltages[phase])
            self.set(f"p{phase + 1}", powers[phase])

    def put(self, name, value):
        high, low = struct.unpack(">HH", struct.pack(">f", value))
        self.block.setValues(FIRST_REGISTER[name], [high, low])

    def set(self, name, value):
        self.put(name, value)
        if name in ("p1", "p2", "p3"):
            self.powers[name] = value
            self.put("p", sum(self.powers.values()))


def triple(text):
    values = [float(part) for part in text.split(",")]
    if len(values) != 3:
        raise argparse.ArgumentTypeError(f"expected three numbers with commas between them, got {text}")
    return values


async def follow_stdin(meter, server):
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        words = line.decode().split()
        if len(words) == 2 and words[0] in FIRST_REGISTER:
            meter.set(words[0], float(words[1]))
            print("ok", flush=True)
        elif words:
            print(f"expected a name and a value, got {line!r}", file=sys.stderr, flush=True)
    await server.shutdown()


async def main():
    parser = argparse.ArgumentParser(description="a virtual Siemens PAC2200, independent of evenkeel")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--currents", type=triple, default=[0.0, 0.0, 0.0], help="A, magnitudes")
    parser.add_argument("--powers", type=triple, default=[0.0, 0.0, 0.0], help="W, import positive")
    parser.add_argument("--voltages", type=triple, default=[230.0, 230.0, 230.0], help="V")
    options = parser.parse_args()
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
    meter = Meter(options.currents, options.powers, options.voltages)
    unit = ModbusSlaveContext(hr=meter.block, ir=meter.block, zero_mode=True)
    server = ModbusTcpServer(
        ModbusServerContext(slaves={1: unit}, single=False),
        address=("127.0.0.1", options.port),
        allow_reuse_address=True,
    )
    serving = asyncio.ensure_future(server.serve_forever())
    await asyncio.wait({serving, server.serving}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
    print("ready", flush=True)
    await follow_stdin(meter, server)


if __name__ == "__main__":
    asyncio.run(main())
