#!/usr/bin/python3
"""A Modbus device with coils and discrete inputs, made without evenkeel's code: pymodbus 3.0.0 (Debian: python3-pymodbus).

    coil-server.py --port 5020

Unit 1 has coils and discrete inputs 0 to 19, all 0. Prints "ready" once it listens on 127.0.0.1. A line "coil 3 1" or
"input 3 1" on stdin sets one; it ends with stdin.
"""
import argparse
import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer

FUNCTIONS = {"coil": 1, "input": 2}


async def follow_stdin(unit):
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        kind, address, value = line.decode().split()
        unit.setValues(FUNCTIONS[kind], int(address), [value == "1"])
        print("set", flush=True)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    unit = ModbusSlaveContext(
        co=ModbusSequentialDataBlock(0, [False] * 20), di=ModbusSequentialDataBlock(0, [False] * 20), zero_mode=True
    )
    context = ModbusServerContext(slaves={1: unit}, single=False)
    server = ModbusTcpServer(context, address=("127.0.0.1", options.port))
    serving = asyncio.create_task(server.serve_forever())
    await server.serving
    print("ready", flush=True)
    await follow_stdin(unit)
    serving.cancel()


asyncio.run(main())
