"""One server: everything that its traffic says, put together."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64, Text
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.judgement import silences
from pcapinspect.load.judgement.bounds import Silence
from pcapinspect.load.judgement.causes import TIMER, Cause, Circumstances, causes_of, fits_pause
from pcapinspect.load.judgement.counting import count_models, quiet_until, reaching
from pcapinspect.load.judgement.estimate import estimate
from pcapinspect.load.judgement.fullness import full_in, used_up
from pcapinspect.load.judgement.jumps import measured_beside
from pcapinspect.load.judgement.pattern import expected_syns
from pcapinspect.load.judgement.strangers import Strangers
from pcapinspect.load.judgement.verdict import verdict_of
from pcapinspect.load.measures import parties
from pcapinspect.load.measures.clients import ERROR, clients_of, distinct_routers, periods, polls_of
from pcapinspect.load.measures.concurrency import Open, concurrency
from pcapinspect.load.measures.counterfactual import counterfactual
from pcapinspect.load.measures.curve import curve_of
from pcapinspect.load.measures.errors import errors_by_class
from pcapinspect.load.measures.ladder import ladder_of
from pcapinspect.load.measures.minutes import minutes_of
from pcapinspect.load.measures.operations import Asked
from pcapinspect.load.measures.quality import CaptureQuality, one_way
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.measures.synchronisation import synchronisation
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import Clients, Curve, Minutes, Pause, ServerLoad, Service
from pcapinspect.pki.operations import Operations
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import MIDSTREAM, OUTCOMES, Connections, Syns

MOST_CONNECTIONS = 1000
"""Numbers of the attempts that a pause hit, kept with it."""


@dataclass(frozen=True, slots=True)
class Capture:
    """All tables of the capture, and what is the same for every server."""

    connections: Connections
    syns: Syns
    exchanges: Exchanges
    operations: Operations
    service: Service
    asked: Asked
    quality: CaptureQuality
    settings: Settings
    parties: parties.Parties


@dataclass(frozen=True, slots=True)
class Judged:
    """What one server adds to the Load."""

    load: ServerLoad
    minutes: Minutes
    clients: Clients
    curve: Curve


def judge(capture: Capture, traffic: Traffic, number: int) -> Judged:
    """All of one server; `number` is what its rows carry in the column `server`."""
    settings, asked = capture.settings, capture.asked
    requests = np.sort(asked.time[traffic.exchange_number])
    failed = asked.status[traffic.exchange_number] >= ERROR
    errors = np.sort(asked.time[traffic.exchange_number[failed]])
    about, causes, strangers = _judge_silences(capture, traffic, requests)
    found, opened, accepts = about.silences, about.opened, about.rates["accepts"]
    rows = polls_of(traffic)
    polls = periods(traffic, rows)
    paused = [(silence.first_unanswered, silence.last_unanswered) for silence in found]
    minutes = minutes_of(number, traffic, accepts, requests, errors, opened, paused, settings)
    counts = np.bincount(traffic.outcome, minlength=len(OUTCOMES)).tolist()
    outcomes = dict(zip(OUTCOMES, counts, strict=True))
    row = int(traffic.numbers[0])
    ip, port = parties.server_name(capture.connections, row)
    first_times = [silence.first_unanswered for silence in found]
    load = ServerLoad(
        ip=ip,
        port=port,
        kind=_kind(capture, traffic),
        attempts=int(np.count_nonzero(traffic.outcome != MIDSTREAM)),
        **outcomes,
        syn_packets=len(traffic.syn_time),
        exchanges=len(traffic.exchange_number),
        errors=len(errors),
        clients=len(traffic.client_numbers),
        routers=distinct_routers(capture.operations, asked, traffic.exchange_number),
        first_time=int(traffic.start.min()),
        last_time=int(capture.connections.end[traffic.numbers].max()),
        peak_accepted_60s=accepts.peak(),
        peak_minute=accepts.peak_minute(),
        minutes_over_limit=int(np.count_nonzero(minutes.over_limit)),
        first_over_limit=accepts.first_over(settings.limit),
        first_pause=min(first_times, default=None),
        pauses=tuple(_pause(capture, about, *pair) for pair in zip(found, causes, strict=True)),
        verdict=verdict_of(about, causes, strangers),
        models=about.models,
        estimate=about.estimate,
        concurrency=concurrency(opened, settings.max_connections, traffic.end),
        counterfactual=counterfactual(traffic, asked, settings),
        synchronisation=synchronisation(traffic, rows, polls[0]),
        ladder=None if capture.quality.flows_only else ladder_of(capture.service.take(traffic.numbers)),
        errors_by_class=errors_by_class(asked, capture.operations.scep_status, traffic.exchange_number),
    )
    clients = clients_of(number, traffic, asked, capture.operations, _client_names(capture, traffic), polls)
    return Judged(load, minutes, clients, curve_of(number, accepts, about.rates["attempts"], opened, traffic.end))


def _judge_silences(
    capture: Capture, traffic: Traffic, requests: Int64
) -> tuple[Circumstances, list[Cause], Strangers]:
    """The silences, first those that show by themselves, then those that what explains these makes likely, too."""
    settings = capture.settings
    opened = Open(traffic, presume=capture.quality.lacks_packets)
    found, strangers = silences.tell_apart(traffic)
    fullness = used_up(traffic, opened, strangers.syns, settings.max_connections)
    room = None if fullness is None else fullness.room
    if room is not None:
        found = silences.find(traffic, strangers.syns, room)
    counted = {
        "accepts": traffic.accept_times,
        "attempts": traffic.attempt_times,
        "syns": traffic.syn_time,
        "requests": requests,
    }
    about = Circumstances(
        traffic=traffic,
        opened=opened,
        fullness=fullness,
        rates={what: Rate(times, settings.window * SECOND) for what, times in counted.items()},
        enough=reaching(settings.limit, capture.quality.share_lost),
        quality=capture.quality,
        one_way=capture.quality.one_way or one_way(capture.connections, traffic.numbers),
        settings=settings,
    )
    jumps = capture.quality.jumps
    about = _with_silences(about, measured_beside(found, jumps, traffic, capture.syns))
    causes = causes_of(about)
    expected = expected_syns(about, strangers.syns, causes)
    if expected is not None:
        more = silences.find(traffic, strangers.syns, room, expected)
        if len(more) > len(found):
            about = _with_silences(about, measured_beside(more, jumps, traffic, capture.syns))
            causes = causes_of(about)
    return about, causes, strangers


def _with_silences(about: Circumstances, found: Sequence[Silence]) -> Circumstances:
    """The counting models are worth their time only where a pause or a full minute asks for them."""
    settings, accepts = about.settings, about.rates["accepts"]
    counted = [silence for silence in found if not full_in(about.fullness, silence.syns)]
    alike = np.array([fits_pause(silence, settings.pause) for silence in found], np.bool_)
    quiet = quiet_until(accepts.times, settings.pause * SECOND - TIMER)
    asked_for = bool(found) or accepts.first_over(settings.limit) is not None
    return replace(
        about,
        silences=found,
        models=count_models(about.rates, found, alike, quiet, settings.limit, about.enough) if asked_for else (),
        estimate=estimate(counted, accepts.times, about.traffic.begin, settings),
    )


def _kind(capture: Capture, traffic: Traffic) -> str:
    """What the server speaks, by its exchanges, else by whether there was any payload."""
    rows = traffic.exchange_number
    scep = np.array([name is not None for name in capture.asked.operations], np.bool_)
    if len(rows) and scep[capture.asked.operation[rows]].any():
        return "pki"
    if len(rows):
        return "http"
    connections = capture.connections
    payload = (connections.bytes_up[traffic.numbers] > 0) | (connections.bytes_down[traffic.numbers] > 0)
    return "other" if payload.any() else "unknown"


def _client_names(capture: Capture, traffic: Traffic) -> Text:
    names = np.empty(len(traffic.client_numbers), object)
    rows = capture.parties.client_shown[traffic.client_numbers]
    names[:] = [parties.client_name(capture.connections, row) for row in rows.tolist()]
    return names


def _pause(capture: Capture, about: Circumstances, silence: Silence, cause: Cause) -> Pause:
    """A silence as the report has it."""
    traffic = about.traffic
    onset = np.array([silence.onset])
    before = about.rates["accepts"].before(onset)
    return Pause(
        last_answer=silence.last_answer,
        first_unanswered=silence.first_unanswered,
        last_unanswered=silence.last_unanswered,
        next_answer=silence.next_answer,
        silence_at_least=silence.at_least,
        silence_at_most=silence.at_most,
        unanswered_syns=len(silence.syns),
        unanswered_attempts=len(silence.attempts),
        clients=silence.clients,
        accepted_before_60s=int(before[0]),
        open_before=int(about.opened.at(np.array([silence.first_unanswered]))[0]),
        cause=cause.cause,
        confidence=round(cause.confidence, 2),
        evidence_for=cause.evidence_for,
        evidence_against=cause.evidence_against,
        frames=_frames(capture, traffic, silence),
        connections=tuple(traffic.numbers[silence.attempts[:MOST_CONNECTIONS]].tolist()),
        by_estimate=cause.by_estimate,
        by_waiting=cause.by_waiting,
    )


def _frames(capture: Capture, traffic: Traffic, silence: Silence) -> tuple[tuple[int, int], ...]:
    """(file, frame) of the last answer, the first and last unanswered SYN, and the next answer, where there are any."""
    syns = capture.syns
    shown = []
    if silence.last_answer is not None:
        shown.append(_answer_frame(capture, traffic, silence.last_answer))
    for row in (silence.syns[0], silence.syns[-1]):
        number = traffic.syn_number[row]
        shown.append((int(syns.file[number]), int(syns.frame[number])))
    if silence.next_answer is not None:
        shown.append(_answer_frame(capture, traffic, silence.next_answer))
    return tuple(dict.fromkeys(frame for frame in shown if frame is not None))


def _answer_frame(capture: Capture, traffic: Traffic, time: int) -> tuple[int, int] | None:
    """The packet that answered at this time; None where it is not in the capture."""
    connections = capture.connections
    place = bisect_left(traffic.prompt, time, key=lambda row: traffic.answer[row])
    number = traffic.numbers[traffic.prompt[place]]
    if connections.synack_frame[number] != MISSING:
        return int(connections.synack_file[number]), int(connections.synack_frame[number])
    for frame in (connections.answer_frame[number], connections.established_frame[number]):
        if frame != MISSING:
            return int(connections.file[number]), int(frame)
    return None
