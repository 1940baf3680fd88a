"""What the load layer finds of each server: counts, peaks, pauses, causes."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.columns import Bool, Columns, Int64, Text, UInt8, column

RUNGS = ("dialled", "accepted", "asked", "answered", "succeeded")
"""The ladder of an attempt, from the lowest rung (design, "Service: the rungs of a dial")."""

FELLS = ("silence", "reset", "icmp", "otherwise", "no_request", "not_delivered", "no_response", "error", "pending")
"""Why an attempt came no higher."""

DIALLED, ACCEPTED, ASKED, ANSWERED, SUCCEEDED, NO_RUNG = range(6)

SILENCE, RESET, ICMP, OTHERWISE, NO_REQUEST, NOT_DELIVERED, NO_RESPONSE, FAILED, PENDING, NOT_FALLEN = range(10)


@dataclass(frozen=True, slots=True)
class Peak:
    """The most in any window."""

    count: int
    start: int
    end: int
    """Nanoseconds: the first and the last of the counted accepts."""


@dataclass(frozen=True, slots=True)
class PeakMinute:
    count: int
    minute: int
    """Nanoseconds of the minute's begin (UTC)."""


@dataclass(frozen=True, slots=True)
class Pause:
    """An interval in which a server served nobody who asked. Times in nanoseconds, None where cut or unknown."""

    last_answer: int | None
    first_unanswered: int
    last_unanswered: int
    next_answer: int | None
    silence_at_least: int
    silence_at_most: int | None
    """None: the capture begins or ends within the pause."""
    unanswered_syns: int
    unanswered_attempts: int
    clients: int
    accepted_before_60s: int
    accepted_since_pause: int | None
    """Accepts since the pause before; None for the first."""
    open_before: int
    form: str
    """How nobody was served: `silence`, `reset`, `icmp`, `waiting` or `mixed`."""
    cause: str
    confidence: float
    evidence_for: tuple[str, ...]
    evidence_against: tuple[str, ...]
    frames: tuple[tuple[int, int], ...]
    """(file, frame) of the packets that show it: last answer, first and last unanswered SYN, next answer."""
    connections: tuple[int, ...]
    """Numbers of the attempts hit (at most 1000 kept)."""
    by_estimate: bool = False
    """Its cause is a limit of the Estimate's numbers, not of the settings'."""
    by_waiting: bool = False
    """Its cause is a limit by how long requests waited: what the server had counted is not known."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of CAUSES for a server, with the sentence that every output leads with."""

    cause: str
    confidence: float
    sentence: str
    evidence_for: tuple[str, ...] = ()
    evidence_against: tuple[str, ...] = ()
    not_shown: tuple[str, ...] = ()
    explains: float | None = None
    """Share of the attempts that were not served at once which the cause explains; None where it claims none."""
    also: tuple[Also, ...] = ()
    """What explains the rest, most first."""


@dataclass(frozen=True, slots=True)
class Also:
    """A cause beside the verdict's."""

    cause: str
    share: float
    """Of the attempts that were not served at once, those that no cause before it explains."""
    sentence: str


@dataclass(frozen=True, slots=True)
class CountingModel:
    """One way in which IOS might count to its limit, and how it stands at each pause."""

    counts: str
    """`attempts`, `syns`, `accepts` or `requests`."""
    window: str
    """`rolling` or `fixed`; `rearmed` and `fixed_rearmed` are the same, begun anew after each pause."""
    at_onset: tuple[int, ...]
    """The count when each pause began."""
    fits: bool
    """True: at or above the limit at every pause, and nowhere above it without one."""
    over_without_pause: int = 0
    """In how many windows the limit was passed while the server went on answering."""
    stands: bool = False
    """True: the limit was reached at most pauses as long as its own, and hardly ever passed without one."""


@dataclass(frozen=True, slots=True)
class Service(Columns):
    """How far each connection came. Parallel to Connections."""

    rung: UInt8 = column("u1")
    """Index into RUNGS of the highest that was reached; beyond them for what is no attempt, and with flows alone."""
    fell: UInt8 = column("u1")
    """Index into FELLS; beyond them where it succeeded or the capture cannot tell."""
    request: Int64 = column("i8")
    """When the client's first bytes came by, MISSING where none did."""
    response: Int64 = column("i8")
    """When the server's first bytes came by, MISSING where none did."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """How many attempts came at least so far."""

    dialled: int
    accepted: int
    asked: int
    answered: int
    succeeded: int
    unknown: int
    """Attempts that did not succeed as far as the capture goes, and of which it does not show why."""
    fell: dict[str, int]
    """By FELLS."""


@dataclass(frozen=True, slots=True)
class Minutes(Columns):
    """A server and a calendar minute (UTC), without gaps: the table `minutes`. `server` indexes Load.servers."""

    server: Int64 = column("i8")
    minute: Int64 = column("i8")
    syn_packets: Int64 = column("i8")
    attempts: Int64 = column("i8")
    accepted: Int64 = column("i8")
    established: Int64 = column("i8")
    half_open: Int64 = column("i8")
    unanswered: Int64 = column("i8")
    refused: Int64 = column("i8")
    unreachable: Int64 = column("i8")
    undetermined: Int64 = column("i8")
    exchanges: Int64 = column("i8")
    errors: Int64 = column("i8")
    """Responses with a 4xx or 5xx code."""
    peak_accepted_60s: Int64 = column("i8")
    peak_open: Int64 = column("i8")
    over_limit: Bool = column("?")
    paused: Int64 = column("i8")
    """Nanoseconds of the minute that lie in a pause, by silence_at_least."""
    answered_otherwise: Int64 = column("i8")
    asked: Int64 = column("i8")
    """Of the attempts that began in the minute, how many came so far, whenever that was."""
    answered: Int64 = column("i8")
    succeeded: Int64 = column("i8")


@dataclass(frozen=True, slots=True)
class Clients(Columns):
    """A client of a server, most attempts first. `server` indexes Load.servers."""

    server: Int64 = column("i8")
    client: Text = column("O")
    attempts: Int64 = column("i8")
    established: Int64 = column("i8")
    unanswered: Int64 = column("i8")
    refused: Int64 = column("i8")
    exchanges: Int64 = column("i8")
    errors: Int64 = column("i8")
    poll_period: Int64 = column("i8")
    """Median nanoseconds between its polls; MISSING below three. Attempts that follow at once are of one poll."""
    poll_spread: Int64 = column("i8")
    """Interquartile range of the same."""
    first: Int64 = column("i8")
    last: Int64 = column("i8")
    operations: Text = column("O")
    """Like `GetNextCACert:12 GetCACaps:1`."""
    routers: Int64 = column("i8")
    """Distinct transaction IDs or signer names behind the address; MISSING where none was seen."""


@dataclass(frozen=True, slots=True)
class Curve(Columns):
    """Rolling 60 s rate and open connections over time, by the highest of each second: a row holds until the next."""

    server: Int64 = column("i8")
    time: Int64 = column("i8")
    accepted_60s: Int64 = column("i8")
    attempts_60s: Int64 = column("i8")
    open: Int64 = column("i8")


@dataclass(frozen=True, slots=True)
class OperationCount:
    """How often a server was asked for an operation, by label and response."""

    server: int
    operation: str
    ca_identifier: str | None
    status: int | None
    count: int
    clients: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Concurrency:
    """Open connections against a limit."""

    peak: int
    peak_time: int
    seconds_at_5: float
    """Seconds for which exactly or more than 5 (the IOS default) were open."""
    seconds_at_limit: float


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What the peak would have been without the GetNextCACert requests that got an error."""

    peak: Peak | None
    requests_left_out: int
    share: float
    """Of all exchanges of the server, 0 to 1."""
    below_limit: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """Limit, window and pause as the capture itself suggests them, where they differ from the settings."""

    limit: int | None
    window: float | None
    pause: tuple[float, float] | None
    """Seconds: the range that fits all pauses."""
    sentence: str
    limit_anew: int | None = None
    """A second count that fits as well as `limit`, which goes on through pauses: this one begins anew after each."""


@dataclass(frozen=True, slots=True)
class Synchronisation:
    """Clients that poll in step."""

    clients: int
    """That poll with one period, or too seldom in the capture to contradict it."""
    period: int | None
    """Median poll period over these clients, nanoseconds."""
    concentration: float | None
    """Length of the mean phase vector, 0 (spread) to 1 (all at once)."""


@dataclass(frozen=True, slots=True)
class ServerLoad:
    """One server on one watched port."""

    ip: str
    port: int
    kind: str
    """`pki` (SCEP was spoken), `http`, `other` (payload, but not HTTP) or `unknown` (no payload seen)."""
    attempts: int
    """Connections with a SYN: all outcomes but midstream."""
    established: int
    half_open: int
    unanswered: int
    refused: int
    unreachable: int
    answered_otherwise: int
    undetermined: int
    midstream: int
    syn_packets: int
    exchanges: int
    errors: int
    clients: int
    routers: int | None
    first_time: int
    last_time: int
    peak_accepted_60s: Peak | None
    peak_minute: PeakMinute | None
    minutes_over_limit: int
    first_over_limit: int | None
    """When the limit was first passed: the accept that made more than `limit` in `window`."""
    first_pause: int | None
    pauses: tuple[Pause, ...]
    verdict: Verdict
    models: tuple[CountingModel, ...]
    estimate: Estimate | None
    concurrency: Concurrency | None
    counterfactual: Counterfactual | None
    synchronisation: Synchronisation
    ladder: Ladder | None
    """None where flows are all that is known."""
    errors_by_class: dict[str, int]
    """How many responses of each class of `measures.errors.CLASSES` there were."""
    network: str | None = None
    """The captures that it is in, where others have the same address in another network."""


@dataclass(frozen=True, slots=True)
class Load:
    """All servers, the busiest and worst first."""

    servers: tuple[ServerLoad, ...]
    server_of_connection: Int64
    """Parallel to Connections: index into servers."""
    service: Service
    minutes: Minutes
    clients: Clients
    curve: Curve
    operations: tuple[OperationCount, ...]
