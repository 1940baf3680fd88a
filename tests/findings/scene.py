"""Small analyses made by hand: attempts and exchanges with their frames, and what the load layer says of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from pcapinspect.address import halves
from pcapinspect.capture.inputs import InputFile
from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.findings.analysis import Analysis
from pcapinspect.findings.case import Case
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load import model
from pcapinspect.load.measures.ladder import ladder_of, service_of
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.pki.facts import PkiFacts
from pcapinspect.pki.operations import Operations
from pcapinspect.settings import Settings
from pcapinspect.tcp import connections as tcp
from pcapinspect.tcp.connections import Connections, Syns
from tests.report.example import table

SERVER = ("192.0.2.1", 80)
BEGIN = 1_800_000_000 * SECOND


def at(seconds: float) -> int:
    """Nanoseconds of a time that is given in seconds from BEGIN."""
    return BEGIN + round(seconds * SECOND)


class Scene:
    """One server; rows are added in the order of their first packets."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.syns: list[dict[str, Any]] = []
        self.exchanges: list[dict[str, Any]] = []

    def attempt(
        self,
        client: str,
        syns: dict[int, float],
        *,
        outcome: int = tcp.ESTABLISHED,
        answer: tuple[int, float] | None = None,
        file: int = 0,
    ) -> int:
        """`syns`: seconds by frame. `answer`: frame and seconds of SYN/ACK, RST or ICMP error. Returns the number."""
        number = len(self.rows)
        (high, low), (server_high, server_low) = halves(client), halves(SERVER[0])
        frames, times = list(syns), [at(time) for time in syns.values()]
        row: dict[str, Any] = {
            "file": file, "first_frame": frames[0], "client_high": high, "client_low": low,
            "client_port": 1024 + number, "server_high": server_high, "server_low": server_low,
            "server_port": SERVER[1], "isn": number, "start": times[0], "outcome": outcome,
            "syn_packets": len(syns), "last_syn_time": times[-1], "end": times[-1], "last_frame": frames[-1],
            "close": tcp.CLOSE_NONE, "tcp_stream": number,
        }  # fmt: skip
        if answer is not None:
            row |= {"answer_frame": answer[0], "answer_time": at(answer[1]), "end": at(answer[1])}
            if outcome in (tcp.ESTABLISHED, tcp.HALF_OPEN):
                row |= {"synack_frame": answer[0], "synack_time": at(answer[1]), "synack_file": file}
        self.rows.append(row)
        self.syns += [
            {"time": time, "frame": frame, "file": file, "connection": number}
            for frame, time in zip(frames, times, strict=True)
        ]
        return number

    def exchange(
        self, connection: int, request: tuple[int, float], response: tuple[int, float] | None, **more: Any
    ) -> None:
        """`request` and `response`: frame and seconds. `more`: other columns of Exchanges and Operations."""
        row: dict[str, Any] = {
            "connection": connection, "index": 0, "request_file": 0, "request_frame": request[0],
            "request_time": at(request[1]), "request_end_time": at(request[1]), "method": "GET", "uri": "/",
            "complete": True,
        }  # fmt: skip
        if response is not None:
            row |= {"response_file": 0, "response_frame": response[0], "response_time": at(response[1])}
            row |= {"latency": at(response[1]) - at(request[1]), "status": 200}
        self.exchanges.append(row | more)

    def analysis(self, files: int = 1, quality: CaptureQuality | None = None, **server: Any) -> Analysis:
        """`server`: fields of ServerLoad that differ from what the rows say."""
        rows = self.rows
        connections = table(Connections, rows)
        exchanges = sorted(self.exchanges, key=lambda row: (row["connection"], row["index"]))
        count = {name: int(np.count_nonzero(connections.outcome == n)) for n, name in enumerate(tcp.OUTCOMES)}
        load: dict[str, Any] = {
            "ip": SERVER[0], "port": SERVER[1], "kind": "pki", "attempts": len(rows), **count,
            "syn_packets": len(self.syns), "exchanges": len(exchanges),
            "errors": sum(row.get("status", 0) >= 400 for row in exchanges),
            "clients": len({row["client_low"] for row in rows}), "routers": None, "first_time": BEGIN,
            "last_time": max((row["end"] for row in rows), default=BEGIN), "peak_accepted_60s": None,
            "peak_minute": None, "minutes_over_limit": 0, "first_over_limit": None, "first_pause": None, "pauses": (),
            "verdict": model.Verdict("healthy", 0.9, "The server answered everybody."), "models": (),
            "estimate": None, "concurrency": None, "counterfactual": None,
            "synchronisation": model.Synchronisation(0, None, None), "errors_by_class": {},
        }  # fmt: skip
        quality = quality or CaptureQuality(last_time=load["last_time"] + MINUTE)
        spoken = table(Exchanges, exchanges), table(Operations, exchanges)
        of = np.zeros(len(rows), np.int64)
        service = service_of(connections, *spoken, of, quality, load["last_time"] + MINUTE)
        load["ladder"] = ladder_of(service)
        return Analysis(
            settings=Settings(),
            inputs=tuple(InputFile(f"{name}.pcap", packets=1000) for name in "abcdefgh"[:files]),
            quality=quality,
            connections=connections,
            syns=table(Syns, self.syns),
            exchanges=spoken[0],
            operations=spoken[1],
            load=model.Load(
                servers=(model.ServerLoad(**(load | server)),),
                server_of_connection=of,
                service=service,
                minutes=model.Minutes.empty(),
                clients=model.Clients.empty(),
                curve=model.Curve.empty(),
                operations=(),
            ),
            facts=PkiFacts(),
        )

    def case(self, **server: Any) -> Case:
        """The case of the one server."""
        return self.analysis(**server).cases[0]


def pause(first: float, last: float, cause: str, **more: Any) -> model.Pause:
    """A pause from its first to its last unanswered SYN (seconds); `more`: other fields."""
    fields: dict[str, Any] = {
        "last_answer": at(first - 0.5), "first_unanswered": at(first), "last_unanswered": at(last),
        "next_answer": at(last + 0.5), "silence_at_least": at(last) - at(first),
        "silence_at_most": at(last + 0.5) - at(first - 0.5), "unanswered_syns": 3, "unanswered_attempts": 2,
        "clients": 2, "accepted_before_60s": 80, "accepted_since_pause": None, "open_before": 4, "form": "silence",
        "cause": cause, "confidence": 0.8,
        "evidence_for": (), "evidence_against": (), "frames": ((0, 10), (0, 11), (0, 15), (0, 16)), "connections": (),
    }  # fmt: skip
    return model.Pause(**(fields | more))


def verdict(cause: str, confidence: float = 0.9) -> model.Verdict:
    return model.Verdict(cause, confidence, f"The verdict is {cause}.")
