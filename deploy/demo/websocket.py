"""Sends one WebSocket message through the router and expects it back: websocket.py ADDRESS PORT HOST MESSAGE"""
import base64
import os
import socket
import sys

address, port, host, message = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4].encode()
with socket.create_connection((address, port), timeout=5) as connection:
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    stream = connection.makefile("rb")
    if b" 101 " not in stream.readline():
        sys.exit("the router did not switch protocols")
    while stream.readline() not in (b"\r\n", b""):
        pass
    mask = os.urandom(4)
    connection.sendall(bytes([0x81, 0x80 | len(message)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(message)))
    if stream.read(2 + len(message)) != bytes([0x81, len(message)]) + message:
        sys.exit("the message did not come back")
