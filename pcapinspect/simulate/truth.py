"""The truth of a run: what happened, and what an ideal reader of the capture must say of it.

Nothing here looks at the capture's bytes. Each attempt carries what the capture point let pass (`Sight`), and what
the client and the server lived (`Attempt`). The rules by which the first gives an outcome:

1. A packet that only a completed handshake explains is in the capture (the client's ACK; the server's data, FIN, or
   acknowledgement of more than the SYN): `established`, whatever else is missing.
2. Else a RST of the server, and no SYN/ACK: `refused`.
3. Else an ICMP error that quotes the SYN: `unreachable`.
4. Else a SYN/ACK: `half_open`.
5. Else a packet of the server that is none of these: `answered_otherwise`.
6. Else the capture holds SYNs only:
   - it holds one direction only: `undetermined`, if another attempt shows that it does;
   - it ended within a second of the first of them: `undetermined`, for an answer takes up to a second (RFC 6298, 2.1);
   - it ended within a second of the last of them, or while the client still waited: `undetermined` or `unanswered`, for
     the reader knows neither the client's patience nor how late the server may answer;
   - an answer passed the capture point, but the capture missed it: `unanswered` or `undetermined`, for nothing tells;
   - else `unanswered`.
7. No SYN in the capture: `midstream`. With a SYN/ACK in it (it began before the capture, or the capture missed the
   SYN) the reader may as well go by rules 1 to 4, for the ISN is known from the SYN/ACK.

Where the reader cannot know, `any_of` lists what is right; `outcome` is its first.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from pcapinspect.clock import MINUTE, SECOND, iso
from pcapinspect.simulate.ladder import Place, ladder, loose, places
from pcapinspect.simulate.model import Run
from pcapinspect.simulate.record import FORMS, Attempt, Exchange, Message, Silence
from pcapinspect.simulate.verdict import falls, judge, pause_causes, to_name

VERSION = 2
ANSWER_TIME = SECOND
"""RFC 6298, 2.1: until it knows better, TCP takes a second without an answer for a loss."""


def truth(run: Run) -> dict[str, Any]:
    """The truth as a JSON document. Times: ISO 8601 UTC with nine digits; durations: seconds; null: there is none."""
    tap = run.tap
    one_way = tap.settings.one_way is not None and any(a.sight.proof is not None for a in run.record.attempts)
    seen = [a for a in run.record.attempts if a.sight.first_time is not None]
    seen.sort(key=lambda a: (a.sight.first_time or 0, a.sight.first_frame or 0))
    outcomes = {a.number: _outcomes(a, tap.stamp(tap.end), one_way) for a in seen}
    servers = sorted({(a.server_ip, a.server_port) for a in seen} | set(run.record.silences))
    exchanges = [e for a in seen for e in a.exchanges if _in_capture(e)]
    times = [time for time, _, _ in tap.packets]
    return {
        "truth_version": VERSION,
        "simulated": True,
        "scenario": run.scenario.name,
        "description": run.scenario.description,
        "seed": run.seed,
        "capture": {
            "begin": iso(tap.begin),
            "end": iso(tap.stamp(tap.end)),
            "packets": len(times),
            "first_time": iso(times[0]) if times else None,
            "last_time": iso(times[-1]) if times else None,
            "one_way": tap.settings.one_way,
            "missed": tap.missed,
            "copies": tap.copies,
            "snaplen": tap.settings.snaplen,
            "vlan": tap.settings.vlan,
        },
        "totals": {
            "attempts": sum(1 for a in seen if outcomes[a.number][0] != "midstream"),
            "outcomes": dict(sorted(Counter(o[0] for o in outcomes.values()).items())),
            "syn_packets": sum(len(a.sight.syns) for a in seen),
            "exchanges": len(exchanges),
            "operations": _operations(exchanges),
        },
        "servers": [_server(run, key, seen, outcomes) for key in servers],
        "attempts": [_attempt(a, outcomes[a.number], places(a, outcomes[a.number], tap.stamp(tap.end))) for a in seen],
        "exchanges": [_exchange(e) for e in exchanges],
    }


def _outcomes(attempt: Attempt, end: int, one_way: bool) -> list[str]:
    """What an ideal reader may say of the attempt, the best first: the rules of this module."""
    sight = attempt.sight
    if sight.proof is not None:
        said = ["established"]
    elif sight.refusal is not None and sight.synack is None:
        said = ["refused"]
    elif sight.icmp is not None:
        said = ["unreachable"]
    elif sight.synack is not None:
        said = ["half_open"]
    elif sight.otherwise is not None:
        said = ["answered_otherwise"]
    else:
        said = _without_answer(attempt, end, one_way)
    if sight.syns:
        return said
    if sight.synack is None:
        return ["midstream"]
    return ["midstream", *said, "undetermined"]


def _without_answer(attempt: Attempt, end: int, one_way: bool) -> list[str]:
    sight = attempt.sight
    if one_way:
        return ["undetermined"]
    if sight.syns and end - sight.syns[0] <= ANSWER_TIME:
        return ["undetermined"]
    waiting = attempt.completed is None and attempt.failed is None and attempt.patience_ends > end
    if waiting or (sight.syns and end - sight.syns[-1] <= ANSWER_TIME):
        return ["undetermined", "unanswered"]
    if sight.answers_missed:
        return ["unanswered", "undetermined"]
    return ["unanswered"]


def _attempt(attempt: Attempt, outcomes: list[str], found: list[Place] | None) -> dict[str, Any]:
    sight = attempt.sight
    established = outcomes[0] == "established"
    return {
        "client_ip": attempt.client_ip,
        "client_port": attempt.client_port,
        "server_ip": attempt.server_ip,
        "server_port": attempt.server_port,
        "isn": attempt.isn,
        "router": attempt.router,
        "outcome": outcomes[0],
        "any_of": outcomes,
        "places": None if found is None else [list(place) for place in found],
        "start": _time(sight.first_time),
        "first_frame": sight.first_frame,
        "end": _time(sight.last_time),
        "syn_packets": len(sight.syns),
        "syn_times": [iso(time) for time in sight.syns],
        "synack_time": _time(sight.synack),
        "synack_captured": sight.synack is not None if established else None,
        "established_time": _time(sight.proof),
        "exchanges": len(attempt.exchanges),
        "really": {
            "started": iso(attempt.started),
            "syns_sent": attempt.syns_sent,
            "answered": _time(attempt.answered),
            "completed": _time(attempt.completed),
            "failed": _time(attempt.failed),
            "silenced": attempt.silenced,
            "unserved": attempt.unserved,
        },
    }


def _in_capture(exchange: Exchange) -> bool:
    return bool(exchange.request.pieces) or bool(exchange.response and exchange.response.pieces)


def _exchange(exchange: Exchange) -> dict[str, Any]:
    attempt, request, response = exchange.attempt, exchange.request, exchange.response
    return {
        "client_ip": attempt.client_ip,
        "client_port": attempt.client_port,
        "server_ip": attempt.server_ip,
        "isn": attempt.isn,
        "index": exchange.index,
        "operation": exchange.operation,
        "ca_identifier": exchange.ca_identifier,
        "transaction_id": exchange.transaction_id,
        "status": exchange.status,
        "request": _message(request),
        "response": _message(response) if response else None,
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "sent": iso(message.sent),
        "time": _time(message.first_time),
        "bytes": message.size,
        "bytes_captured": message.captured(),
        "readable": message.readable(),
    }


def _operations(exchanges: list[Exchange]) -> list[dict[str, Any]]:
    """How often each operation was asked for, by label and status, as far as the capture tells."""
    counts = Counter(
        (e.operation, e.ca_identifier, e.status if e.response is not None and e.response.readable() else None)
        for e in exchanges
        if e.request.readable()
    )
    return [
        {"operation": operation, "ca_identifier": label, "status": status, "count": number}
        for (operation, label, status), number in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    ]


def _server(run: Run, key: tuple[str, int], seen: list[Attempt], outcomes: dict[int, list[str]]) -> dict[str, Any]:
    mine = [a for a in seen if (a.server_ip, a.server_port) == key]
    attempts = [a for a in mine if outcomes[a.number][0] != "midstream"]
    silences = [s for s in run.record.silences.get(key, []) if _met(s)]
    settings = next((s for s in run.scenario.servers if (s.ip, s.port) == key), None)
    returned = [a for a in attempts if a.router != "flood"]  # a flood's half-open handshakes are no load
    accepts = sorted(a.sight.synack for a in returned if a.sight.synack is not None)
    counts = Counter(outcomes[a.number][0] for a in mine)
    # By the server's clock: where the capture's is set back, its stamps fold two minutes into one.
    answered = sorted(a.answered for a in returned if a.answered is not None and a.sight.synack is not None)
    verdict = judge(run, attempts, silences, most_in_a_minute(answered))
    found = [places(a, outcomes[a.number], run.tap.stamp(run.tap.end)) for a in mine]
    rate = settings.rate if settings else None
    return {
        "ip": key[0],
        "port": key[1],
        "exists": settings is not None,
        "cause": verdict[0],
        "any_of": verdict,
        "to_name": to_name(run, attempts, silences),
        "falls": dict(falls(attempts, silences).most_common()),
        "flood": sum(1 for a in attempts if a.router == "flood"),
        "ladder": ladder(found),
        "ladder_is_exact": not loose(found),
        "attempts": len(attempts),
        "outcomes": dict(sorted(counts.items())),
        "syn_packets": sum(len(a.sight.syns) for a in attempts),
        "peak_accepted_60s": most_in_a_minute(accepts),
        "limit": None
        if rate is None
        else {
            "count": rate.limit,
            "window": rate.window,
            "pause": rate.pause,
            "counts": rate.counts,
            "grid": rate.grid,
            "rearm": rate.rearm,
            "reaction": rate.reaction,
        },
        "max_connections": settings.max_connections if settings else None,
        "pauses": [_pause(run, s, silences, attempts) for s in silences if not s.part],
        "partial": [_pause(run, s, silences, attempts) for s in silences if s.part],
        "minutes": _minutes(attempts, outcomes, accepts),
    }


def most_in_a_minute(times: list[int]) -> int:
    """The most of the sorted times in any 60 s, both ends not more than 60 s apart."""
    most = first = 0
    for last, time in enumerate(times):
        while time - times[first] >= MINUTE:
            first += 1
        most = max(most, last - first + 1)
    return most


def _met(silence: Silence) -> bool:
    """Whether an attempt that is in the capture met this silence."""
    return bool(_syn_times(silence))


def _syn_times(silence: Silence) -> list[int]:
    """The SYN packets in the capture of whoever met it."""
    swallowed = [syn.captured for syn in silence.swallowed if syn.captured is not None]
    return sorted([*swallowed, *(time for attempt in silence.kept for time in attempt.sight.syns)])


def _pause(run: Run, silence: Silence, silences: list[Silence], attempts: list[Attempt]) -> dict[str, Any]:
    """When nobody was served, as the capture's clock shows it, for how long and in which form, and who met it.

    `partial` pauses of a server are those in which others were served: of one of several real servers, or of a full
    queue in front of workers.
    """
    end, shut = silence.end, silence.shut_since
    times = _syn_times(silence)
    turned_away = {syn.attempt.number: syn.attempt for syn in silence.swallowed if syn.captured is not None}
    kept = {attempt.number: attempt for attempt in silence.kept if attempt.sight.first_time is not None}
    met = {**turned_away, **kept}
    form = "mixed" if silence.reaction == "wait" and turned_away else FORMS[silence.reaction]
    return {
        "cause": silence.cause,
        "any_of": pause_causes(run, silence, silences, attempts),
        "form": form,
        "begin": iso(run.tap.stamp(silence.begin)),
        "end": None if end is None else iso(run.tap.stamp(end)),
        "length": None if end is None else (end - silence.begin) / SECOND,
        "closed_length": None if end is None or shut is None else (end - shut) / SECOND,
        "first_syn": iso(times[0]),
        "last_syn": iso(times[-1]),
        "syns": len(times),
        "attempts": len(met),
        "clients": len({attempt.client_ip for attempt in met.values()}),
    }


def _minutes(attempts: list[Attempt], outcomes: dict[int, list[str]], accepts: list[int]) -> list[dict[str, Any]]:
    """Per calendar minute: SYNs and answers when they passed, outcomes in the minute in which the attempt began."""
    syns = Counter(time // MINUTE for a in attempts for time in a.sight.syns)
    begun = Counter((a.sight.first_time or 0) // MINUTE for a in attempts)
    ended = Counter(((a.sight.first_time or 0) // MINUTE, outcomes[a.number][0]) for a in attempts)
    accepted = Counter(time // MINUTE for time in accepts)
    spans = set(syns) | set(begun) | set(accepted)
    if not spans:
        return []
    return [
        {
            "minute": iso(minute * MINUTE),
            "syn_packets": syns[minute],
            "attempts": begun[minute],
            "accepted": accepted[minute],
            "unanswered": ended[minute, "unanswered"],
            "refused": ended[minute, "refused"],
            "undetermined": ended[minute, "undetermined"],
        }
        for minute in range(min(spans), max(spans) + 1)
    ]


def _time(time: int | None) -> str | None:
    return None if time is None else iso(time)
