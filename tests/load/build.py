"""Hand-made traffic: connections, SYNs and exchanges as columns, said in a few words. Times in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from pcapinspect.address import halves
from pcapinspect.columns import MISSING
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.analyse import analyse
from pcapinspect.load.measures.ladder import service_of
from pcapinspect.load.measures.parties import parties_of
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.measures.traffic import Traffic, traffic_of
from pcapinspect.load.model import Load
from pcapinspect.pki.operations import Operations
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import (
    ANSWERED_OTHERWISE,
    CLOSE_FIN,
    CLOSE_NONE,
    CLOSE_OPEN,
    ESTABLISHED,
    HALF_OPEN,
    REFUSED,
    UNANSWERED,
    Connections,
    Syns,
)

SECOND = 1_000_000_000
SERVER = "10.0.0.80"
RTT = 0.01

IOS_SYNS = (0.0, 2.0, 6.0, 14.0)
"""SYNs of an IOS client that gets no answer (gaps of 2, 4 and 8 s, as a capture of one shows)."""


SAID_NOTHING = {"bytes_up": 0, "bytes_down": 0, "sent_up": 0, "sent_down": 0, "acked_up": 0, "acked_down": 0}
"""Columns of a connection without payload."""


@dataclass
class Made:
    """Traffic in the making. Every method returns the number of its connection, in order of the calls."""

    connections: list[dict[str, Any]] = field(default_factory=list)
    syns: list[tuple[float, int]] = field(default_factory=list)
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    operations: list[dict[str, Any]] = field(default_factory=list)

    def answered(
        self,
        client: str,
        at: float,
        *,
        earlier: Sequence[float] = (),
        rtt: float = RTT,
        lasts: float | None = 0.1,
        server: str = SERVER,
        synack_captured: bool = True,
    ) -> int:
        """An attempt whose SYN at `at` was answered; those `earlier` were not. `lasts` None: open at the end."""
        synack = at + rtt
        end = synack + (lasts or 0.0)
        return self._attempt(
            client,
            (*earlier, at),
            server,
            outcome=ESTABLISHED,
            synack_time=ns(synack) if synack_captured else MISSING,
            synack_frame=ns(synack) // 1000 if synack_captured else MISSING,
            synack_file=0 if synack_captured else MISSING,
            handshake_rtt=ns(rtt) if synack_captured else MISSING,
            established_time=ns(synack),
            established_frame=ns(synack) // 1000 + 1,
            answer_time=ns(synack),
            answer_frame=ns(synack) // 1000,
            end=ns(end),
            close=CLOSE_OPEN if lasts is None else CLOSE_FIN,
            close_time=MISSING if lasts is None else ns(end),
            packets_down=5,
            bytes_up=150,
            bytes_down=120,
        )

    def unanswered(self, client: str, at: float, offsets: Sequence[float] = IOS_SYNS, server: str = SERVER) -> int:
        """An attempt that got nothing."""
        times = [at + offset for offset in offsets]
        return self._attempt(client, times, server, outcome=UNANSWERED, end=ns(times[-1]))

    def refused(self, client: str, at: float, server: str = SERVER) -> int:
        """An attempt that got a RST."""
        answer = ns(at + RTT)
        return self._attempt(
            client,
            (at,),
            server,
            outcome=REFUSED,
            answer_time=answer,
            answer_frame=answer // 1000,
            end=answer,
            packets_down=1,
        )

    def answered_otherwise(self, client: str, at: float, server: str = SERVER) -> int:
        """An attempt that got an acknowledgement of something else, at once."""
        answer = ns(at + RTT)
        return self._attempt(
            client,
            (at,),
            server,
            outcome=ANSWERED_OTHERWISE,
            otherwise_time=answer,
            otherwise_frame=answer // 1000,
            end=answer,
            packets_down=1,
        )

    def half_open(self, client: str, at: float, offsets: Sequence[float] = IOS_SYNS, server: str = SERVER) -> int:
        """An attempt whose every SYN was answered, and whose client never took an answer."""
        times, answer = [at + offset for offset in offsets], ns(at + RTT)
        return self._attempt(
            client,
            times,
            server,
            outcome=HALF_OPEN,
            synack_time=answer,
            synack_frame=answer // 1000,
            synack_file=0,
            handshake_rtt=ns(RTT),
            answer_time=answer,
            answer_frame=answer // 1000,
            synack_packets=len(times),
            end=ns(times[-1] + RTT),
            packets_up=len(times),
            packets_down=len(times),
            **SAID_NOTHING,
        )

    def asked(self, connection: int, operation: str, status: int | None = 200, **more: Any) -> None:
        """A request on a connection, and its response; `status` None: there was none."""
        opened = self.connections[connection]["established_time"]
        index = sum(exchange["connection"] == connection for exchange in self.exchanges)
        request = opened + ns(0.01 * (index + 1))
        response = more.pop("response_time", None)
        self.exchanges.append(
            {
                "connection": connection,
                "index": index,
                "request_time": request,
                "request_end_time": request,
                "response_time": MISSING
                if status is None
                else request + ns(0.005)
                if response is None
                else ns(response),
                "status": MISSING if status is None else status,
                "complete": True,
            }
        )
        self.operations.append({"operation": operation, **more})

    def analyse(self, settings: Settings | None = None, quality: CaptureQuality | None = None) -> Load:
        """What the load layer says of it."""
        connections, syns = self.tables()
        exchanges, operations = self.spoken()
        return analyse(connections, syns, exchanges, operations, quality or CaptureQuality(), settings or Settings())

    def traffic(self, end: float = 1000) -> list[Traffic]:
        """The traffic of each server, in a capture that runs from 0 to `end`."""
        connections, syns = self.tables()
        exchanges, operations = self.spoken()
        parties = parties_of(connections)
        service = service_of(connections, exchanges, operations, parties.server, CaptureQuality(), ns(end))
        return list(traffic_of(connections, syns, exchanges, service, parties, (0, ns(end))))

    def tables(self) -> tuple[Connections, Syns]:
        """The connections in the order of their first packets, and their SYNs in the order of time."""
        order = sorted(range(len(self.connections)), key=lambda n: self.connections[n]["start"])
        place = {number: row for row, number in enumerate(order)}
        connections = table(Connections, [self.connections[number] for number in order])
        syns = sorted((ns(time), place[number]) for time, number in self.syns)
        return connections, table(
            Syns, [{"time": time, "frame": time // 1000, "connection": connection} for time, connection in syns]
        )

    def spoken(self) -> tuple[Exchanges, Operations]:
        """The exchanges by their connection's row."""
        order = sorted(range(len(self.connections)), key=lambda n: self.connections[n]["start"])
        place = {number: row for row, number in enumerate(order)}
        rows = [{**exchange, "connection": place[exchange["connection"]]} for exchange in self.exchanges]
        in_order = sorted(range(len(rows)), key=lambda n: (rows[n]["connection"], rows[n]["index"]))
        return (
            table(Exchanges, [rows[n] for n in in_order]),
            table(Operations, [self.operations[n] for n in in_order]),
        )

    def _attempt(self, client: str, times: Sequence[float], server: str, **columns: Any) -> int:
        number = len(self.connections)
        client_high, client_low = halves(client)
        server_high, server_low = halves(server)
        self.connections.append(
            {
                "client_high": client_high,
                "client_low": client_low,
                "client_port": 10000 + number % 50000,
                "server_high": server_high,
                "server_low": server_low,
                "server_port": 80,
                "isn": number,
                "first_frame": ns(times[0]) // 1000,
                "start": ns(times[0]),
                "syn_packets": len(times),
                "last_syn_time": ns(times[-1]),
                "close": CLOSE_NONE,
                "packets_up": len(times) + 3,
                **columns,
            }
        )
        self.syns.extend((time, number) for time in times)
        return number


def ns(seconds: float) -> int:
    """Nanoseconds since an hour that is a whole number of minutes."""
    return round(seconds * 1_000_000) * 1000


def table(kind: Any, rows: Sequence[dict[str, Any]]) -> Any:
    """A column dataclass of these rows; what they do not say is MISSING, None, False or 0."""
    columns = {}
    for one in fields(kind):
        dtype = one.metadata["dtype"]
        absent: Any = {"O": None, "b": False}.get(dtype.kind, MISSING if dtype == np.int64 else 0)
        column = np.empty(len(rows), dtype)
        for row, values in enumerate(rows):
            column[row] = values.get(one.name, absent)
        columns[one.name] = column
    return kind(**columns)


def steady(made: Made, begin: float, end: float, every: float, clients: int = 50, **more: Any) -> None:
    """Clients that are answered, one every `every` seconds."""
    for number in range(round((end - begin) / every)):
        made.answered(f"10.1.{number % clients // 250}.{number % clients % 250 + 1}", begin + number * every, **more)


def stop(made: Made, begin: float, length: float, callers: int = 20, every: float = 0.6) -> None:
    """A server that answers nobody for a time: callers ask as IOS does, and are answered by the first SYN after it."""
    for number in range(callers):
        start = begin + 0.05 + number * every
        if start > begin + length:
            return
        times = [start + offset for offset in IOS_SYNS]
        lost = [time for time in times if time < begin + length]
        later = [time for time in times if time >= begin + length]
        client = f"10.2.0.{number + 1}"
        if later:
            made.answered(client, later[0], earlier=lost)
        else:
            made.unanswered(client, start)
