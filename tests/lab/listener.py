"""A real HTTP listener with the limit that IOS has: what it does after the 80th connection in a minute is its MODE.

    python listener.py MODE ADDRESS PORT

It runs until its standard input ends, and prints what it lived, one JSON object a line, times in nanoseconds.

deaf      a drop-all BPF filter on the listening socket for 15 s: the kernel discards every SYN
busy      it does not accept() for 15 s; the kernel goes on until the accept queue is full
closed    it closes its socket for 15 s: the kernel refuses with RST
lossy     no limit; a BPF filter drops one packet in eight at random
steady    no limit
"""

from __future__ import annotations

import ctypes
import json
import selectors
import socket
import struct
import sys
import threading
import time
from collections import deque

LIMIT, WINDOW, PAUSE = 80, 60.0, 15.0
BACKLOG = {"busy": 3}

SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
BPF_LOAD_WORD, BPF_JUMP_IF_GREATER_OR_EQUAL, BPF_RETURN = 0x20, 0x35, 0x06
RANDOM_NUMBER = 0xFFFFF000 + 56
"""linux/filter.h: SKF_AD_OFF + SKF_AD_RANDOM."""

DROP_ALL = [(BPF_RETURN, 0, 0, 0)]
DROP_ONE_IN_EIGHT = [
    (BPF_LOAD_WORD, 0, 0, RANDOM_NUMBER),
    (BPF_JUMP_IF_GREATER_OR_EQUAL, 0, 1, 0xE0000000),
    (BPF_RETURN, 0, 0, 0),
    (BPF_RETURN, 0, 0, 0x40000),
]

REPLY = (
    b"HTTP/1.1 404 Not Found\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\nServer: cisco-IOS\r\nAccept-Ranges: none\r\n\r\n"
    b"404 Not Found\r\n"
)

_printing = threading.Lock()


def say(**facts: object) -> None:
    with _printing:
        print(json.dumps({"time": time.time_ns(), **facts}), flush=True)


def attach(listener: socket.socket, program: list[tuple[int, int, int, int]]) -> None:
    """Have the kernel run a classic BPF program on every packet for the socket."""
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code)
    listener.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    )


def listen(address: str, port: int, mode: str) -> socket.socket:
    listener = socket.create_server((address, port), backlog=BACKLOG.get(mode, 256))
    if mode == "lossy":
        attach(listener, DROP_ONE_IN_EIGHT)
    return listener


def serve(connection: socket.socket, client: tuple[str, int]) -> None:
    """Read one request, answer it, close."""
    received = b""
    with connection:
        connection.settimeout(30)
        try:
            while b"\r\n\r\n" not in received:
                data = connection.recv(4096)
                if not data:
                    return
                received += data
            time.sleep(0.005)
            connection.sendall(REPLY)
            say(answered=client)
        except OSError as error:
            say(failed=client, error=str(error))


def main(mode: str, address: str, port: int) -> None:
    listener = listen(address, port, mode)
    say(listening=[address, port])
    accepts: deque[float] = deque()
    while True:
        with selectors.DefaultSelector() as ready:
            ready.register(listener, selectors.EVENT_READ)
            ready.register(sys.stdin, selectors.EVENT_READ)
            if any(key.fileobj is sys.stdin for key, _ in ready.select()):
                return
        connection, client = listener.accept()
        say(accepted=client)
        threading.Thread(target=serve, args=(connection, client), daemon=True).start()
        now = time.monotonic()
        accepts.append(now)
        while accepts[0] <= now - WINDOW:
            accepts.popleft()
        if mode in ("deaf", "busy", "closed") and len(accepts) >= LIMIT:
            listener = pause(listener, mode, address, port)
            accepts.clear()


def pause(listener: socket.socket, mode: str, address: str, port: int) -> socket.socket:
    if mode == "deaf":
        attach(listener, DROP_ALL)
    elif mode == "closed":
        listener.close()
    say(pause="begin")
    time.sleep(PAUSE)
    if mode == "deaf":
        listener.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
    elif mode == "closed":
        listener = listen(address, port, mode)
    say(pause="end")
    return listener


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
