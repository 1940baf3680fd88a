"""One server: everything that its traffic says, put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.columns import Bool, Int64, Text
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.judgement.evidence import Caused, Evidence
from pcapinspect.load.judgement.pauses import Search
from pcapinspect.load.judgement.verdict import verdict_of
from pcapinspect.load.measures import parties
from pcapinspect.load.measures.clients import ERROR, clients_of, distinct_routers, periods, polls_of
from pcapinspect.load.measures.concurrency import concurrency
from pcapinspect.load.measures.counterfactual import counterfactual
from pcapinspect.load.measures.curve import curve_of
from pcapinspect.load.measures.errors import errors_of
from pcapinspect.load.measures.ladder import ladder_of
from pcapinspect.load.measures.minutes import minutes_of
from pcapinspect.load.measures.operations import Asked
from pcapinspect.load.measures.parties import Networks
from pcapinspect.load.measures.quality import CaptureQuality, one_way
from pcapinspect.load.measures.synchronisation import synchronisation
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import Clients, Curve, Minutes, ServerLoad, Service
from pcapinspect.load.pauses import Shown, first_of
from pcapinspect.pki.operations import Operations
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import MIDSTREAM, OUTCOMES, Connections, Syns


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
    networks: Networks | None = None


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
    classes = errors_of(asked, capture.operations.scep_status, traffic.exchange_number)
    about, caused = _judged(capture, traffic, requests, classes)
    opened, accepts = about.opened, about.rates["accepts"]
    rows = polls_of(traffic)
    polls = periods(traffic, rows)
    paused = [(pause.first_unanswered, pause.last_unanswered) for pause in caused.pauses]
    minutes = minutes_of(number, traffic, accepts, requests, errors, opened, paused, settings)
    counts = np.bincount(traffic.outcome, minlength=len(OUTCOMES)).tolist()
    outcomes = dict(zip(OUTCOMES, counts, strict=True))
    row = int(traffic.numbers[0])
    ip, port = parties.server_name(capture.connections, row)
    load = ServerLoad(
        ip=ip,
        port=port,
        network=None if capture.networks is None else capture.networks.name(row),
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
        first_pause=first_of(caused.pauses),
        pauses=Shown(about, capture.connections, capture.syns, capture.exchanges).all(caused),
        verdict=verdict_of(about, caused),
        models=about.models,
        estimate=about.estimate,
        concurrency=concurrency(opened, settings.max_connections, traffic.end),
        counterfactual=counterfactual(traffic, asked, settings),
        synchronisation=synchronisation(traffic, rows, polls[0]),
        ladder=None if capture.quality.flows_only else ladder_of(capture.service.take(traffic.numbers)),
        errors_by_class={name: count for name, which in classes.items() if (count := int(np.count_nonzero(which)))},
    )
    clients = clients_of(number, traffic, asked, capture.operations, _client_names(capture, traffic), polls)
    return Judged(load, minutes, clients, curve_of(number, accepts, about.rates["attempts"], opened, traffic.end))


def _judged(capture: Capture, traffic: Traffic, requests: Int64, classes: dict[str, Bool]) -> tuple[Evidence, Caused]:
    """The evidence, and the pauses with their causes. `classes`: which exchanges are errors of each class."""
    errors = {}
    for name, which in classes.items():
        errors[name] = np.zeros(len(traffic.start), np.bool_)
        errors[name][traffic.exchange_attempt[which]] = True
    quality = capture.quality
    direction = quality.one_way or one_way(capture.connections, traffic.numbers)
    return Search(traffic, requests, errors, quality, direction, capture.settings, capture.syns).result()


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
