"""Real clients: so many connections, one after the other, each from the next of several addresses.

    python callers.py SERVER PORT CALLS INTERVAL ADDRESS...

Prints what became of each call, one JSON object a line, times in nanoseconds. `outcome`: `answered`, `connected` (but
no response), `timeout` (no handshake within 30 s), `refused`, `unreachable`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time

PATIENCE = 30.0
"""Seconds: the default of `ip tcp synwait-time`."""

REQUEST = (
    "GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN HTTP/1.0\r\n"
    "User-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)\r\nHost: {}\r\n\r\n"
)


async def call(server: tuple[str, int], source: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        sock.bind((source, 0))
        facts: dict[str, object] = {
            "client_ip": source,
            "client_port": sock.getsockname()[1],
            "started": time.time_ns(),
            "connected": None,
            "status": None,
        }
        facts["outcome"] = await attempt(sock, server, facts)
        facts["ended"] = time.time_ns()
        print(json.dumps(facts), flush=True)


async def attempt(sock: socket.socket, server: tuple[str, int], facts: dict[str, object]) -> str:
    loop = asyncio.get_running_loop()
    try:
        await asyncio.wait_for(loop.sock_connect(sock, server), PATIENCE)
    except TimeoutError:
        return "timeout"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "unreachable"
    facts["connected"] = time.time_ns()
    try:
        await loop.sock_sendall(sock, REQUEST.format(server[0]).encode())
        reply = b""
        while data := await asyncio.wait_for(loop.sock_recv(sock, 4096), PATIENCE):
            reply += data
    except (TimeoutError, OSError):
        return "connected"
    if not reply.startswith(b"HTTP/"):
        return "connected"
    facts["status"] = int(reply.split()[1])
    return "answered"


async def main(server: tuple[str, int], calls: int, interval: float, sources: list[str]) -> None:
    tasks = []
    begin = time.monotonic()
    for number in range(calls):
        await asyncio.sleep(max(0.0, begin + number * interval - time.monotonic()))
        tasks.append(asyncio.create_task(call(server, sources[number % len(sources)])))
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    address, port, count, every, *addresses = sys.argv[1:]
    asyncio.run(main((address, int(port)), int(count), float(every), addresses))
