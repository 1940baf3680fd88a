"""A pause as the report has it: with its cause, the counts before it, and the packets that show it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from pcapinspect.columns import MISSING, Int64
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.counting import resumptions
from pcapinspect.load.judgement.evidence import Caused, Evidence, PauseCause
from pcapinspect.load.model import Pause
from pcapinspect.tcp.connections import Connections, Syns

MOST_CONNECTIONS = 1000
"""Numbers of the attempts that a pause hit, kept with it."""

Frame = tuple[int, int]
"""File and frame number."""


class Shown:
    """Turns the pauses of one server into the report's."""

    def __init__(self, evidence: Evidence, connections: Connections, syns: Syns, exchanges: Exchanges) -> None:
        self._evidence = evidence
        self._traffic = evidence.traffic
        self._connections = connections
        self._syns = syns
        self._exchanges = exchanges

    def all(self, caused: Caused) -> tuple[Pause, ...]:
        before = [None, *caused.pauses[:-1]]
        triples = zip(caused.pauses, caused.causes, before, strict=False)
        return tuple(self._pause(*triple) for triple in triples)

    def _pause(self, pause: Interval, cause: PauseCause, before: Interval | None) -> Pause:
        evidence, onset = self._evidence, np.array([pause.onset])
        accepts = evidence.rates["accepts"]
        since = None
        if before is not None and (resumed := resumptions([before])).size:
            begin, end = np.searchsorted(accepts.times, (resumed[0], onset[0] + 1))
            since = max(0, int(end - begin))
        return Pause(
            last_answer=pause.last_answer,
            first_unanswered=pause.first_unanswered,
            last_unanswered=pause.last_unanswered,
            next_answer=pause.next_answer,
            silence_at_least=pause.at_least,
            silence_at_most=pause.at_most,
            unanswered_syns=len(pause.syns),
            unanswered_attempts=len(pause.attempts),
            clients=pause.clients,
            accepted_before_60s=int(accepts.before(onset)[0]),
            accepted_since_pause=since,
            open_before=int(evidence.opened.at(np.array([pause.first_unanswered]))[0]),
            form=pause.form,
            cause=cause.cause,
            confidence=round(cause.confidence, 2),
            evidence_for=cause.evidence_for,
            evidence_against=cause.evidence_against,
            frames=self._frames(pause),
            connections=tuple(self._traffic.numbers[pause.attempts[:MOST_CONNECTIONS]].tolist()),
            by_estimate=cause.by_estimate,
            by_waiting=cause.by_waiting,
        )

    def _frames(self, pause: Interval) -> tuple[Frame, ...]:
        """Of the last answer, the first and last SYN or request in vain, and the next answer, where there are any."""
        shown = [] if pause.last_answer is None else [self._accept(pause.last_answer)]
        if len(pause.syns):
            numbers = self._traffic.syn_number[pause.syns[[0, -1]]].tolist()
            shown += [(int(self._syns.file[number]), int(self._syns.frame[number])) for number in numbers]
        else:
            shown += [self._request(pause.first_unanswered), self._request(pause.last_unanswered)]
        if pause.next_answer is not None:
            shown.append(self._accept(pause.next_answer) if len(pause.syns) else self._response(pause.next_answer))
        return tuple(dict.fromkeys(frame for frame in shown if frame is not None))

    def _accept(self, time: int) -> Frame | None:
        """The packet that accepted somebody at this time; None where it is not in the capture."""
        connections, traffic = self._connections, self._traffic
        place = bisect_left(traffic.prompt, time, key=lambda row: traffic.answer[row])
        if place == len(traffic.prompt):
            return None
        number = traffic.numbers[traffic.prompt[place]]
        if connections.synack_frame[number] != MISSING:
            return int(connections.synack_file[number]), int(connections.synack_frame[number])
        for frame in (connections.answer_frame[number], connections.established_frame[number]):
            if frame != MISSING:
                return int(connections.file[number]), int(frame)
        return None

    def _request(self, time: int) -> Frame | None:
        """The packet that began a request; the SYN of its connection where it cannot be read."""
        exchanges, row = self._exchanges, self._exchange(self._exchanges.request_time, time)
        if row is not None:
            return int(exchanges.request_file[row]), int(exchanges.request_frame[row])
        traffic = self._traffic
        number = traffic.numbers[traffic.ask_attempt[np.searchsorted(traffic.ask_time, time)]]
        return int(self._connections.file[number]), int(self._connections.first_frame[number])

    def _response(self, time: int) -> Frame | None:
        exchanges, row = self._exchanges, self._exchange(self._exchanges.response_time, time)
        return None if row is None else (int(exchanges.response_file[row]), int(exchanges.response_frame[row]))

    def _exchange(self, column: Int64, time: int) -> int | None:
        rows = self._traffic.exchange_number
        found = rows[column[rows] == time]
        return int(found[0]) if len(found) else None


def first_of(pauses: Sequence[Interval]) -> int | None:
    """When the first pause was met."""
    return min((pause.first_unanswered for pause in pauses), default=None)
