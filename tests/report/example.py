"""A small, complete Analysis, made by hand: a storm of rollover requests, a healthy server, and a server that is down.

Its counts are those of the packets that it is made of; only peaks, pauses and verdicts are written down as the
load layer would find them. The renderers are tried on it without a capture. Run it to get its JSON:

    python -m tests.report.example > report.json
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from pcapinspect.address import halves
from pcapinspect.capture.inputs import InputFile
from pcapinspect.clock import MINUTE, SECOND, parse_iso
from pcapinspect.columns import MISSING
from pcapinspect.findings.analysis import Analysis
from pcapinspect.findings.registry import find
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load import model
from pcapinspect.load.measures.ladder import ladder_of, service_of
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import Pause, ServerLoad, Verdict
from pcapinspect.pki.facts import Capabilities, PkiFacts, Place
from pcapinspect.pki.operations import Operations
from pcapinspect.report.document import Report, build
from pcapinspect.settings import Settings
from pcapinspect.tcp import connections as tcp
from pcapinspect.tcp.connections import Connections, Syns

BEGIN = parse_iso("2026-03-01T08:00:00Z")
LENGTH = 20 * MINUTE
STORM, HEALTHY, DOWN = range(3)
SERVERS = (("192.0.2.10", 80), ("192.0.2.20", 80), ("2001:db8::30", 80))
HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[31m|`=cmd()`\u2028"
AGENT = "Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)"


@dataclass
class Attempt:
    """One connection and what was said on it."""

    server: int
    client: str
    port: int
    syn_times: list[int]
    answered: int | None = None
    uri: str = "/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN"
    operation: str | None = "GetNextCACert"
    status: int | None = 404
    agent: str = AGENT
    frames: dict[str, int] = field(default_factory=dict)

    @property
    def times(self) -> dict[str, int]:
        """Time of each packet but the SYNs."""
        if self.answered is None:
            return {}
        moments = {"synack": self.answered, "ack": self.answered + 5_000_001, "request": self.answered + 6_000_001}
        if self.status is not None:
            moments["response"] = self.answered + 42_000_007
        return moments | {"fin": self.answered + 43_000_000, "fin_back": self.answered + 48_000_000}


def attempts() -> list[Attempt]:
    """Every attempt of the capture, in the order of its first SYN."""
    chance = random.Random(118734)
    found: list[Attempt] = []
    for number in range(120):
        client, phase = f"10.1.{number // 100}.{number % 100 + 1}", chance.uniform(0, 20)
        for minute in range(2, 20):
            start = BEGIN + minute * MINUTE + int((phase + chance.uniform(0, 0.4)) * SECOND)
            found.append(Attempt(STORM, client, 20_000 + minute, [start]))
    for number in range(12):
        for minute in range(20):
            start = BEGIN + minute * MINUTE + int(chance.uniform(0, 59) * SECOND)
            uri = "/cgi-bin/pkiclient.exe?operation=GetCACert&message=BRANCH"
            found.append(
                Attempt(HEALTHY, f"10.2.0.{number + 1}", 30_000 + minute, [start], start, uri, "GetCACert", 200)
            )
    for minute in range(5, 15):
        start = BEGIN + minute * MINUTE
        found.append(Attempt(DOWN, "2001:db8::99", 40_000 + minute, [start + wait * SECOND for wait in (0, 2, 6, 14)]))
    found.sort(key=lambda attempt: attempt.syn_times[0])
    _serve(found)
    healthy = [attempt for attempt in found if attempt.server == HEALTHY]
    healthy[3].uri, healthy[3].agent, healthy[3].operation = f"/{HOSTILE}", HOSTILE, None
    return found


def _serve(found: Sequence[Attempt]) -> None:
    """The storm's server accepts 80 in a calendar minute and then nobody for 15 s."""
    accepted: dict[int, int] = {}
    deaf_until = 0
    for attempt in found:
        start = attempt.syn_times[0]
        if attempt.server == HEALTHY:
            attempt.answered = start + 900_003
        if attempt.server != STORM:
            continue
        if start < deaf_until:
            attempt.syn_times = [start + wait * SECOND for wait in (0, 2, 6) if start + wait * SECOND < deaf_until]
            continue
        attempt.answered = start + 1_200_009
        minute = start // MINUTE
        accepted[minute] = accepted.get(minute, 0) + 1
        if accepted[minute] == 80:
            deaf_until = attempt.answered + 15 * SECOND


def number_frames(found: Sequence[Attempt]) -> tuple[list[tuple[int, int, int]], int]:
    """Frame numbers by time. Returns (time, frame, connection) of every SYN, and the number of packets."""
    packets = [(time, number, f"syn{n}") for number, a in enumerate(found) for n, time in enumerate(a.syn_times)]
    packets += [(time, number, kind) for number, a in enumerate(found) for kind, time in a.times.items()]
    packets.sort()
    syns = []
    for frame, (time, number, kind) in enumerate(packets, start=1):
        found[number].frames[kind] = frame
        if kind.startswith("syn") and kind != "synack":
            syns.append((time, frame, number))
    return syns, len(packets)


def table(kind: type[Any], rows: Sequence[dict[str, Any]]) -> Any:
    """A column dataclass of the rows; what a row leaves out is MISSING, None, or 0 by the column's type."""
    columns = {}
    for column in fields(kind):
        dtype = column.metadata["dtype"]
        default = None if dtype.kind == "O" else MISSING if dtype == np.int64 else 0
        values = [row.get(column.name, default) for row in rows]
        columns[column.name] = np.array(values, dtype=dtype) if dtype.kind != "O" else _objects(values)
    return kind(**columns)


def _objects(values: Sequence[Any]) -> Any:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def connection_row(number: int, attempt: Attempt) -> dict[str, Any]:
    client, server = halves(attempt.client), halves(SERVERS[attempt.server][0])
    last_syn = attempt.syn_times[-1]
    row: dict[str, Any] = {
        "file": 0, "first_frame": attempt.frames["syn0"], "client_high": client[0], "client_low": client[1],
        "client_port": attempt.port, "server_high": server[0], "server_low": server[1],
        "server_port": SERVERS[attempt.server][1], "isn": 7919 * number, "start": attempt.syn_times[0],
        "outcome": tcp.UNANSWERED, "syn_packets": len(attempt.syn_times), "last_syn_time": last_syn, "end": last_syn,
        "last_frame": attempt.frames[f"syn{len(attempt.syn_times) - 1}"], "close": tcp.CLOSE_NONE, "tcp_stream": number,
        "packets_up": len(attempt.syn_times), "packets_down": 0, "bytes_up": 0, "bytes_down": 0,
    }  # fmt: skip
    if attempt.answered is not None:
        times, frames = attempt.times, attempt.frames
        row |= {
            "outcome": tcp.ESTABLISHED, "synack_time": times["synack"], "synack_frame": frames["synack"],
            "synack_file": 0, "handshake_rtt": times["synack"] - last_syn, "established_time": times["ack"],
            "established_frame": frames["ack"], "answer_time": times["synack"], "answer_frame": frames["synack"],
            "end": times["fin_back"], "last_frame": frames["fin_back"], "close": tcp.CLOSE_FIN,
            "close_time": times["fin_back"], "packets_up": len(attempt.syn_times) + 3, "packets_down": 3,
            "bytes_up": 164, "bytes_down": 118, "sent_up": 164, "sent_down": 118, "acked_up": 164, "acked_down": 118,
            "first_up": times["request"], "first_down": times.get("response", MISSING),
        }  # fmt: skip
    return row


def exchange_row(number: int, attempt: Attempt) -> dict[str, Any]:
    times, frames = attempt.times, attempt.frames
    row: dict[str, Any] = {
        "connection": number, "index": 0, "request_file": 0, "request_frame": frames["request"],
        "request_time": times["request"], "request_end_time": times["request"], "method": "GET", "uri": attempt.uri,
        "version": "HTTP/1.0", "host": SERVERS[attempt.server][0], "user_agent": attempt.agent, "request_bytes": 164,
        "complete": True, "operation": attempt.operation,
        "ca_identifier": attempt.operation and attempt.uri.rpartition("=")[2],
    }  # fmt: skip
    return row | {
        "response_file": 0, "response_frame": frames["response"], "response_time": times["response"],
        "latency": times["response"] - times["request"], "status": attempt.status, "server": "cisco-IOS",
        "reason": "OK" if attempt.status == 200 else "Not Found", "response_bytes": 118,
    }  # fmt: skip


def minute_rows(found: Sequence[Attempt], pauses: Sequence[Pause]) -> list[dict[str, Any]]:
    rows = []
    for server in range(len(SERVERS)):
        for minute in range(BEGIN, BEGIN + LENGTH, MINUTE):
            inside = [a for a in found if a.server == server and minute <= a.syn_times[0] < minute + MINUTE]
            accepted = [a for a in inside if a.answered is not None]
            paused = sum(
                p.silence_at_least
                for p in pauses
                if server == STORM and p.first_unanswered // MINUTE == minute // MINUTE
            )
            rows.append({
                "server": server, "minute": minute, "syn_packets": sum(len(a.syn_times) for a in inside),
                "attempts": len(inside), "accepted": len(accepted), "established": len(accepted), "half_open": 0,
                "unanswered": len(inside) - len(accepted), "refused": 0, "unreachable": 0, "undetermined": 0,
                "answered_otherwise": 0, "asked": len(accepted), "answered": len(accepted),
                "succeeded": sum((a.status or 999) < 400 for a in accepted), "exchanges": len(accepted),
                "errors": sum((a.status or 0) >= 400 for a in accepted),
                "peak_accepted_60s": len(accepted), "peak_open": min(len(accepted), 9),
                "over_limit": len(accepted) >= 80, "paused": paused,
            })  # fmt: skip
    return rows


def storm_pauses(found: Sequence[Attempt]) -> tuple[Pause, ...]:
    """The silences of the storm's server, one a minute."""
    pauses: list[Pause] = []
    storm = [(number, a) for number, a in enumerate(found) if a.server == STORM]
    for minute in range(BEGIN, BEGIN + LENGTH, MINUTE):
        hit = [(n, a) for n, a in storm if a.answered is None and a.syn_times[0] // MINUTE == minute // MINUTE]
        if not hit:
            continue
        first = hit[0][1].syn_times[0]
        last_time, last_frame = max((t, a.frames[f"syn{k}"]) for _, a in hit for k, t in enumerate(a.syn_times))
        before = [a for _, a in storm if a.answered is not None and a.answered < first]
        after = [a for _, a in storm if a.answered is not None and a.answered > last_time]
        next_answer = after[0].answered if after else None
        last_answer = before[-1].answered or 0
        frames = [before[-1].frames["synack"], hit[0][1].frames["syn0"], last_frame]
        frames += [after[0].frames["synack"]] if after else []
        pauses.append(
            Pause(
                last_answer=last_answer,
                first_unanswered=first,
                last_unanswered=last_time,
                next_answer=next_answer,
                silence_at_least=last_time - first,
                silence_at_most=None if next_answer is None else next_answer - last_answer,
                unanswered_syns=sum(len(a.syn_times) for _, a in hit),
                unanswered_attempts=len(hit),
                clients=len({a.client for _, a in hit}),
                accepted_since_pause=None,
                form="silence",
                accepted_before_60s=sum((a.answered or 0) > first - MINUTE for a in before),
                open_before=4,
                cause="rate_limit",
                confidence=0.9,
                evidence_for=("80 connections were accepted in the 60 s before it.",),
                evidence_against=(),
                frames=tuple((0, frame) for frame in frames),
                connections=tuple(n for n, _ in hit),
            )
        )
    return tuple(pauses)


def server_load(
    found: Sequence[Attempt], server: int, service: model.Service, pauses: tuple[Pause, ...], verdict: Verdict
) -> ServerLoad:
    own = [a for a in found if a.server == server]
    accepted = [a.answered for a in own if a.answered is not None]
    minutes = {minute: sum(a // MINUTE == minute for a in accepted) for minute in {a // MINUTE for a in accepted}}
    worst = max(minutes, key=lambda minute: (minutes[minute], -minute), default=None)
    over = sum(count >= 80 for count in minutes.values())
    inside = [a for a in accepted if a // MINUTE == worst]
    errors = sum(a.answered is not None and (a.status or 0) >= 400 for a in own)
    return ServerLoad(
        ip=SERVERS[server][0], port=80, kind="unknown" if server == DOWN else "pki", attempts=len(own),
        established=len(accepted), half_open=0, unanswered=len(own) - len(accepted), refused=0, unreachable=0,
        answered_otherwise=0, undetermined=0, midstream=0, syn_packets=sum(len(a.syn_times) for a in own),
        exchanges=len(accepted),
        errors=errors, clients=len({a.client for a in own}), routers=None, first_time=own[0].syn_times[0],
        last_time=max(max([*a.syn_times, *a.times.values()]) for a in own),
        peak_accepted_60s=None if worst is None else model.Peak(len(inside), inside[0], inside[-1]),
        peak_minute=None if worst is None else model.PeakMinute(minutes[worst], worst * MINUTE),
        minutes_over_limit=over, first_over_limit=inside[79] if over else None,
        first_pause=pauses[0].first_unanswered if pauses else None, pauses=pauses, verdict=verdict,
        models=(
            model.CountingModel("accepts", "fixed", (80,) * len(pauses), True),
            model.CountingModel("attempts", "rolling", (120,) * len(pauses), True),
        ) if pauses else (),
        estimate=None,
        concurrency=model.Concurrency(9, own[0].syn_times[0], 61.5, 0.0) if accepted else None,
        counterfactual=model.Counterfactual(None, errors, 1.0, True) if errors else None,
        synchronisation=model.Synchronisation(120, MINUTE, 0.64) if pauses else model.Synchronisation(0, None, None),
        ladder=ladder_of(service.take([a.server == server for a in found])),
        errors_by_class={"not_there": errors} if errors else {},
    )  # fmt: skip


def verdicts(pauses: Sequence[Pause]) -> tuple[Verdict, Verdict, Verdict]:
    return (
        Verdict(
            "rate_limit", 0.9,
            f"192.0.2.10:80 stopped answering {len(pauses)} times, each time after about 80 accepted connections in a "
            "minute and for about 15 s: this fits the connection rate limit of the IOS HTTP server.",
            ("Every pause follows 80 accepts within 60 s.",), (),
            ("That IOS's limiter fired: a capture shows silence, not its reason.",),
        ),
        Verdict("healthy", 0.95, "192.0.2.20:80 answered every attempt."),
        Verdict("outage", 0.9, "2001:db8::30 port 80 never answered in the 10 minutes in which it was asked."),
    )  # fmt: skip


def client_rows(found: Sequence[Attempt]) -> list[dict[str, Any]]:
    rows = []
    for server, client in sorted({(a.server, a.client) for a in found}):
        own = [a for a in found if (a.server, a.client) == (server, client)]
        accepted = [a for a in own if a.answered is not None]
        rows.append({
            "server": server, "client": client, "attempts": len(own), "established": len(accepted),
            "unanswered": len(own) - len(accepted), "refused": 0, "exchanges": len(accepted),
            "errors": sum((a.status or 0) >= 400 for a in accepted), "poll_period": MINUTE, "poll_spread": SECOND // 4,
            "first": own[0].syn_times[0], "last": own[-1].syn_times[-1],
            "operations": f"{own[0].operation}:{len(accepted)}" if accepted else None,
        })  # fmt: skip
    return sorted(rows, key=lambda row: -row["attempts"])


def curve_rows(found: Sequence[Attempt]) -> list[dict[str, Any]]:
    rows = []
    for server in range(len(SERVERS)):
        own = [a for a in found if a.server == server]
        for second in range(BEGIN, BEGIN + LENGTH, 5 * SECOND):
            accepted = [a.answered for a in own if a.answered is not None and second - MINUTE < a.answered <= second]
            tried = sum(second - MINUTE < a.syn_times[0] <= second for a in own)
            rows.append(
                {
                    "server": server,
                    "time": second,
                    "accepted_60s": len(accepted),
                    "attempts_60s": tried,
                    "open": min(len(accepted), 9),
                }
            )
    return rows


def operation_counts(found: Sequence[Attempt]) -> tuple[model.OperationCount, ...]:
    counts = []
    for server, name, label, status in ((STORM, "GetNextCACert", "GETVPN", 404), (HEALTHY, "GetCACert", "BRANCH", 200)):
        own = [a for a in found if a.server == server and a.answered is not None and a.operation == name]
        times = [a.times["request"] for a in own]
        clients = len({a.client for a in own})
        counts.append(model.OperationCount(server, name, label, status, len(own), clients, min(times), max(times)))
    return tuple(counts)


def analysis() -> Analysis:
    """The whole of it."""
    found = attempts()
    syns, packets = number_frames(found)
    pauses = storm_pauses(found)
    answered = [(number, a) for number, a in enumerate(found) if a.answered is not None]
    rows = [exchange_row(number, a) for number, a in answered]
    of = np.array([a.server for a in found], dtype=np.int64)
    connections = table(Connections, [connection_row(number, a) for number, a in enumerate(found)])
    spoken = table(Exchanges, rows), table(Operations, rows)
    service = service_of(connections, *spoken, of, CaptureQuality(), BEGIN + LENGTH)
    servers = tuple(
        server_load(found, server, service, pauses if server == STORM else (), verdict)
        for server, verdict in enumerate(verdicts(pauses))
    )
    file = InputFile(
        "storm.pcapng", "pcapng", ["EN10MB"], packets, packets * 90, BEGIN, BEGIN + LENGTH, "ab" * 32, snaplen=262144
    )
    return Analysis(
        settings=Settings(),
        inputs=(file,),
        quality=CaptureQuality(
            snaplen_cut=3,
            notes=("3 packets were cut by the snaplen.",),
            first_time=BEGIN,
            last_time=BEGIN + LENGTH,
        ),
        connections=connections,
        syns=table(Syns, [{"time": t, "frame": f, "file": 0, "connection": c} for t, f, c in syns]),
        exchanges=spoken[0],
        operations=spoken[1],
        load=model.Load(
            servers=servers,
            server_of_connection=of,
            service=service,
            minutes=table(model.Minutes, minute_rows(found, pauses)),
            clients=table(model.Clients, client_rows(found)),
            curve=table(model.Curve, curve_rows(found)),
            operations=operation_counts(found),
        ),
        facts=PkiFacts(
            capabilities=(Capabilities(200, ("POSTPKIOperation", "SHA-256"), "BRANCH", Place(0, 0, 4, BEGIN), 1),)
        ),
    )


def report() -> Report:
    """The report of it, as `analyze` would build it."""
    example = analysis()
    return build(example, find(example), ["pcapinspect", "analyze", "storm.pcapng"])


if __name__ == "__main__":
    print(report().to_json(), end="")
