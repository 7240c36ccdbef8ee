"""Listens on a UDP port of every address. Usage: observer.py PORT

Prints for each datagram where it came from, to which address it went, and what it is: "127.0.0.1 > 127.255.255.255 1".
Shares no code with the product: the header is read as docs/protocol.md describes it.
"""
import socket
import struct
import sys

IP_PKTINFO = 8

listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
listener.bind(("0.0.0.0", int(sys.argv[1])))
print("listening", flush=True)
while True:
    data, ancillary, _, source = listener.recvmsg(2048, 256)
    # struct in_pktinfo: interface index, local address, destination of the header.
    destination = socket.inet_ntoa(ancillary[0][2][8:12])
    magic, version, kind = struct.unpack(">HBB", data[:4].ljust(4, b"\0"))
    what = kind if (magic, version) == (0x454B, 1) else "garbage"
    print(source[0], ">", destination, what, flush=True)
