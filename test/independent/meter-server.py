#!/usr/bin/python3
"""Meters made without evenkeel's code: register images (meter-images.py) behind pymodbus 3.0.0 (Debian: python3-pymodbus).

    meter-server.py --port 5020 --images meter-images.json

The first model of the file is unit 1, the second unit 2, and so on. Prints "ready" once it listens on 127.0.0.1; ends
with stdin. Like the strictest of these devices, it raises exception 2 for a read that does not start at a value, ends
inside one, touches an unknown register, asks by the other function, or asks for more registers than the model allows.
"""
import argparse
import asyncio
import json
import logging
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server.async_io import ModbusTcpServer


class StrictBlock(ModbusSparseDataBlock):
    """The values of one function of one meter."""

    def __init__(self, values, alone, max_registers):
        self.starts = {value["address"] for value in values}
        self.ends = {value["address"] + len(value["words"]) for value in values}
        self.alone = {value["address"]: value["words"] for value in alone}
        self.max_registers = max_registers
        super().__init__({value["address"]: value["words"] for value in values} or {0: [0]})

    def is_alone(self, address, count):
        return count == 1 and address in self.alone

    def validate(self, address, count=1):
        if self.is_alone(address, count):
            return True
        wanted = range(address, address + count)
        return (
            0 < count <= self.max_registers
            and address in self.starts
            and address + count in self.ends
            and all(register in self.values for register in wanted)
        )

    def getValues(self, address, count=1):
        return self.alone[address] if self.is_alone(address, count) else super().getValues(address, count)


def meter(image):
    def block(function):
        def served(values):
            return [value for value in values if image["bothFunctions"] or value["function"] == function]

        return StrictBlock(served(image["values"]), served(image["alone"]), image["maxRegisters"])

    return ModbusSlaveContext(hr=block(3), ir=block(4), zero_mode=True)


async def until_stdin_ends():
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    await reader.read()


async def main():
    parser = argparse.ArgumentParser(description="virtual meters, independent of evenkeel")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--images", type=argparse.FileType(), required=True)
    options = parser.parse_args()
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
    images = json.load(options.images)
    units = {unit: meter(image) for unit, image in enumerate(images.values(), start=1)}
    server = ModbusTcpServer(
        ModbusServerContext(slaves=units, single=False),
        address=("127.0.0.1", options.port),
        allow_reuse_address=True,
    )
    serving = asyncio.ensure_future(server.serve_forever())
    await asyncio.wait({serving, server.serving}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
    print("ready", flush=True)
    await until_stdin_ends()
    await server.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
