"""The Report document: the shape of the JSON, section by section, described once.

Renderers read these dicts, `schema.json`, `docs/json.md` and the types of the page's scripts are made of them (`make
described`), so a field stands here and where its value comes from, and nowhere else. Times are ISO 8601 UTC with nine
decimals, durations are seconds, a value that is not there is null. What the tables hold is described in `catalogue.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, TypedDict


class Form(NamedTuple):
    """What JSON Schema says of a value beyond its type: the name of its definition."""

    name: str


Time = Annotated[str, Form("time")]
Count = Annotated[int, Form("count")]
Seconds = Annotated[float, Form("seconds")]
Share = Annotated[float, Form("share")]
CauseName = Annotated[str, Form("cause")]

Cell = str | int | float | bool | None
"""A value of a table."""

Severity = Literal["info", "notice", "warning", "critical"]


class Tool(TypedDict):
    """What made the report."""

    name: str
    version: str
    engine: Literal["native", "tshark"]
    command: str
    """The command line that made the report."""


class Comment(TypedDict):
    """A comment of a pcapng file."""

    frame: Count
    """0: the section or interface."""
    text: str


class Input(TypedDict):
    """One capture file, in the order of reading."""

    path: str
    format: str
    """`pcap`, `pcap-nanosecond`, `pcapng`, ...; `gzip:pcapng` where compressed."""
    link_types: list[str]
    """As `tcpdump -L` calls them."""
    packets: Count
    """All packets of the file, whatever they are."""
    bytes: Count
    """Size of the file as given."""
    first_time: Time | None
    last_time: Time | None
    sha256: str | None
    """Of the file as given; null for a pipe that was not read to its end."""
    truncated: bool
    """The file ends in the middle of a packet or block."""
    reading: Literal["whole", "ended", "goes_on"]
    """Whether it was read to its end."""
    snaplen: int | None
    snaplen_cut: Count
    """Packets of which less was captured than was on the wire."""
    interface_drops: Count
    """Packets that the capturing host says it dropped."""
    time_backwards: Count
    """Packets earlier than the one before them."""
    clock_jumps: Count
    """Steps of the clock, forward or back, that traffic cannot explain."""
    not_ip: Count
    unknown: dict[str, Count]
    """Packets that could not be decoded, by reason."""
    fragments: Count
    comments: list[Comment]
    warnings: list[str]


class SettingsInForce(TypedDict):
    """Every threshold and option in force, defaults included."""

    ports: list[int]
    servers: list[str]
    """Addresses to which the analysis was restricted; empty: none was left out."""
    limit: int
    """Connections in `window`, after which the server stops listening."""
    window: int
    """Seconds."""
    pause: int
    """Seconds for which it then stops."""
    max_connections: int
    """Connections open at once."""
    engine: str
    points: str
    """What inputs are to each other: `measured`, `one` point, or `each` a network of its own."""
    begin: Time | None
    """Packets before were not judged (`--from`)."""
    end: Time | None
    """Packets after were not judged (`--to`)."""
    tz: str
    """Zone in which times are shown to people."""


class Passage(TypedDict):
    """One packet of an attempt between two points. Times are by the clock of the server's side."""

    what: Literal["syn", "answer", "request", "response"]
    client: Time | None
    """When the clients' side saw it; null where it did not."""
    server: Time | None
    lost: bool
    """It left, and did not arrive."""


class Course(TypedDict):
    """What became of one attempt between two points."""

    client: str
    """Address and port."""
    server: str
    lost: str | None
    """What was lost first: `syn`, `answer`, `request` or `response`; null: nothing."""
    steps: list[Passage]


class Stretch(TypedDict):
    """Attempts between two points that began in one stretch of time."""

    start: Time
    end: Time
    attempts: Count
    lost: Count
    """Of these, such of which a packet was lost."""
    delay_up: Seconds | None
    """The median of SYNs that both sides hold once."""
    delay_down: Seconds | None
    """The same of SYN/ACKs."""


class Point(TypedDict):
    """What inputs are to each other: an entry for each network, or for two clocks in one capture."""

    kind: Literal["one", "two_points", "apart", "clocks"]
    """`one`: one capture point; `two_points`: the same packets at two places; `apart`: a network that merely shares
    addresses with others; `clocks`: one point, the two directions of which were stamped by different clocks."""
    files: list[str]
    sentence: str
    client_side: list[str]
    """Of two points, the captures nearer to the clients; empty otherwise."""
    server_side: list[str]
    offset: Seconds | None
    """What the clock of the server's side is ahead of the clients' side's (`clocks`: the servers' stamps of the
    clients'), at first."""
    offset_last: Seconds | None
    """The same at last: it differs where a clock drifts."""
    uncertainty: Seconds | None
    delay_up: Seconds | None
    """From the clients' side to the server's, the median, if both ways take alike long at their best."""
    delay_down: Seconds | None
    both: Count | None
    """Attempts that both points hold."""
    sent: dict[str, Count] | None
    """Attempts of which a `syn`, `answer`, `request` or `response` was seen where it leaves."""
    lost: dict[str, Count] | None
    """Of these, those of which one did not come to the other point."""
    courses: list[Course]
    """Of two points: attempts one by one, those with a loss first; some of many, evenly over the capture."""
    over_time: list[Stretch]
    """Of two points: all attempts, by when they began."""


class Capture(TypedDict):
    """Quality of the capture; counts are of packets unless they say otherwise."""

    one_way: Literal["to_server", "from_server"] | None
    """The only direction that the capture holds."""
    drops: Count
    snaplen_cut: Count
    midstream: Count
    """Connections that began before the capture."""
    gaps: Count
    """Holes in payload streams."""
    duplicates: Count
    clock_jumps: Count
    flows_only: bool
    """There are no packets: everything is made of flows. Pauses, SYN packets, exchanges, errors and open connections
    are then unknown, whatever a count of them says."""
    notes: list[str]
    """What a reader must know before believing the rest."""
    acked_unseen: Count
    """ACKs for bytes that are not in the capture."""
    synack_not_captured: Count
    """Connections whose SYN/ACK is missing although they were established."""
    established: Count
    """What `synack_not_captured` is a part of."""
    retransmissions: Count
    truncated: Count
    """Files that end in the middle of a packet."""
    reading: Literal["whole", "ended", "goes_on"]
    """Whether all of the inputs was read: a signal may have ended the reading, or have asked for a report meanwhile."""
    not_http: Count
    """Connections whose bytes are not HTTP."""
    first_time: Time | None
    last_time: Time | None


class Also(TypedDict):
    """A cause beside the verdict's."""

    cause: CauseName
    share: Share
    """Of the attempts that were not served at once, those that no cause before it explains."""
    sentence: str


class Verdict(TypedDict):
    """What is said of a server."""

    cause: CauseName
    confidence: Share
    sentence: str
    evidence_for: list[str]
    evidence_against: list[str]
    not_shown: list[str]
    explains: Share | None
    """Share of the attempts that were not served at once which the cause explains; null where it claims none."""
    also: list[Also]
    """What explains the rest, most first."""


class LeadingVerdict(Verdict):
    """That of the first server, the worst: what every output leads with."""

    server: str | None
    """`ip:port`; null: there is none."""


class Peak(TypedDict):
    """The most accepts within any window of the limit (`settings.window`)."""

    count: Count
    start: Time
    """The first of them."""
    end: Time
    """The last of them."""


class PeakMinute(TypedDict):
    """The busiest calendar minute (UTC)."""

    count: Count
    minute: Time


class Frame(TypedDict):
    """A frame of one of the inputs, as Wireshark numbers it."""

    file: str
    frame: int


class Pause(TypedDict):
    """An interval in which the server served nobody who asked."""

    pause: int
    """From 1, over all servers: the number that `extract --pause` takes."""
    server_ip: str
    server_port: int
    last_answer: Time | None
    first_unanswered: Time
    last_unanswered: Time
    next_answer: Time | None
    silence_at_least: Seconds
    silence_at_most: Seconds | None
    unanswered_syns: Count
    unanswered_attempts: Count
    """Attempts that met it, whatever became of them later."""
    clients: Count
    accepted_before_60s: Count
    """Accepted within the window of the limit (`settings.window`) before it."""
    accepted_since_pause: Count | None
    """Accepted since the pause before; null for the first."""
    open_before: Count
    form: Literal["silence", "reset", "icmp", "waiting", "mixed"]
    """How nobody was served: no answer to SYNs, RST, ICMP errors, accepted and not answered, several of these."""
    cause: CauseName
    confidence: Share
    evidence_for: list[str]
    evidence_against: list[str]
    frames: list[Frame]
    """Packets that show it: last answer, first and last unanswered SYN, next answer."""
    connections: list[Count]
    """Numbers of the attempts that met it, at most 1000."""
    by_estimate: bool
    """Its cause is a limit of the estimate's numbers, not of the settings'."""
    by_waiting: bool
    """Its cause is a limit by how long requests waited: what the server had counted is not known."""


class CountingModel(TypedDict):
    """One way in which IOS might count to its limit."""

    counts: Literal["attempts", "syns", "accepts", "requests"]
    window: Literal["rolling", "fixed", "rearmed", "fixed_rearmed"]
    """`rearmed` and `fixed_rearmed`: rolling and fixed, but begun anew after each pause."""
    at_onset: list[Count]
    """The count when each pause began."""
    fits: bool
    """At or above the limit at every pause, and nowhere above it without one."""
    stands: bool
    """The limit was reached at most pauses as long as its own, and hardly ever passed without one."""
    over_without_pause: Count
    """In how many windows the limit was passed while the server went on answering."""


class Estimate(TypedDict):
    """Limit, window and pause as the capture suggests them."""

    limit: int | None
    window: Seconds | None
    pause: tuple[float, float] | None
    """Seconds: the range that fits all pauses."""
    sentence: str
    limit_anew: int | None
    """A second count that fits as well: it begins anew after each pause."""


class Concurrency(TypedDict):
    """Open connections against a limit."""

    peak: Count
    peak_time: Time
    seconds_at_5: Seconds
    """For which 5 (the default of IOS) or more were open."""
    seconds_at_limit: Seconds
    """For which `settings.max_connections` or more were open."""


class Counterfactual(TypedDict):
    """Without the GetNextCACert requests that got an error."""

    peak: Peak | None
    requests_left_out: Count
    share: Share
    """Of all exchanges of the server."""
    below_limit: bool


class Synchronisation(TypedDict):
    """Clients that poll in step."""

    clients: Count
    """That poll periodically: three polls or more."""
    period: Seconds | None
    concentration: float | None
    """Length of the mean phase vector, 0 (spread) to 1 (all at once)."""


class Ladder(TypedDict):
    """How many attempts came at least so far, and why the others came no farther."""

    dialled: Count
    """A SYN was seen."""
    accepted: Count
    """The handshake was answered."""
    asked: Count
    """A whole request was sent and acknowledged."""
    answered: Count
    """The first byte of a response was there."""
    succeeded: Count
    """No HTTP or SCEP error, and not pending."""
    unknown: Count
    """Attempts of which the capture does not show why they came no farther."""
    fell: dict[str, Count]
    """By reason: `silence`, `reset`, `icmp`, `otherwise`, `no_request`, `not_delivered`, `no_response`, `error`,
    `pending`."""


class Server(TypedDict):
    """One server on one watched port."""

    ip: str
    port: int
    network: str | None
    """The captures that it is in, where others have the same address in another network."""
    kind: Literal["pki", "http", "other", "unknown"]
    """`pki`: SCEP was spoken; `other`: payload, but no HTTP; `unknown`: no payload was seen."""
    attempts: Count
    established: Count
    half_open: Count
    unanswered: Count
    refused: Count
    unreachable: Count
    answered_otherwise: Count
    undetermined: Count
    midstream: Count
    syn_packets: Count
    exchanges: Count
    errors: Count
    """Responses with a 4xx or 5xx code."""
    clients: Count
    routers: int | None
    """Distinct transaction IDs or signer names."""
    first_time: Time
    last_time: Time
    peak_accepted_60s: Peak | None
    peak_minute: PeakMinute | None
    minutes_over_limit: Count
    first_over_limit: Time | None
    """The accept that made more than `settings.limit` in `settings.window`."""
    first_pause: Time | None
    pauses: list[Pause]
    verdict: Verdict
    models: list[CountingModel]
    estimate: Estimate | None
    concurrency: Concurrency | None
    counterfactual: Counterfactual | None
    synchronisation: Synchronisation
    ladder: Ladder | None
    """Null where flows are all that is known."""
    errors_by_class: dict[str, Count]
    """Error responses by what they say of the server."""


class Operation(TypedDict):
    """How often a server was asked for an operation, by label and response code."""

    server: str
    operation: str
    ca_identifier: str | None
    status: int | None
    """HTTP response code; null: no response is in the capture."""
    count: Count
    clients: Count
    first: Time
    last: Time


class Client(TypedDict):
    """One of the top talkers, as in the table `clients`."""

    client_ip: str
    server_ip: str
    server_port: int
    attempts: int
    established: int
    unanswered: int
    refused: int
    exchanges: int | None
    errors: int | None
    poll_period: Seconds | None
    first: Time | None
    last: Time | None
    operations: str | None
    poll_spread: Seconds | None
    routers: int | None
    network: str | None


class Finding(TypedDict):
    """One judgement with its evidence."""

    id: str
    """Names the kind of finding (docs/findings.md), with the server after an `@` where several have it."""
    severity: Severity
    title: str
    explanation: str
    server: str | None
    figures: dict[str, str | float | None]
    """By name: docs/findings.md says what each is."""
    frames: list[Frame]
    display_filter: str | None
    """A Wireshark filter that selects exactly the frames cited, in the file that the first of them names."""
    confidence: Share
    """1: observed; below: inferred."""
    not_shown: list[str]
    remedy: list[str]
    start: Time | None
    end: Time | None


class Place(TypedDict):
    """Where something was seen."""

    connection: int
    file: str | None
    frame: int | None
    time: Time | None


class Certificate(TypedDict):
    """A certificate that a server gave."""

    role: Literal["ca", "ra", "shadow"]
    ca_identifier: str | None
    subject: str
    issuer: str
    serial: str
    not_before: Time
    not_after: Time
    key: str
    fingerprint: str
    self_signed: bool
    count: Count
    first: Place


class Capabilities(TypedDict):
    """An answer to GetCACaps."""

    status: int
    keywords: list[str]
    ca_identifier: str | None
    count: Count
    first: Place


class TimerSource(TypedDict):
    """A timer, and what says it."""

    value: int
    source: str
    assumed: bool


class Timers(TypedDict):
    """Durations in seconds, auto_enroll in percent; null: nothing says it."""

    ca_lifetime: TimerSource | None
    lifetime: TimerSource | None
    auto_enroll: TimerSource | None
    overlap: TimerSource | None


class StuckClients(TypedDict):
    """The load that clients make which poll in vain."""

    clients: Count
    period: Seconds
    limit: int
    per_minute: float
    most_clients: Count
    least_period: Seconds


class Step(TypedDict):
    """Commands for one device."""

    device: str
    commands: list[str]
    changes: str
    days: str | None
    """What `<days>` in a command has to be, where only a bound of it is known."""


class Window(TypedDict):
    """The window of errors that the timers make."""

    length_seconds: int
    affected_from_seconds: int
    affected_to_seconds: int
    closing_overlap_seconds: int
    closing_percent: int | None


class Rollover(TypedDict):
    """The rollover of one server's CA: timers, dates and remedy."""

    server: str
    verdict: Literal["inside_window", "assumed", "outside_window", "no_window", "expired", "shadow_exists", "no_errors"]
    sentence: str
    share: float | None
    overlap_days: int | None
    """N of `auto-rollover N`: the least that closes the window."""
    overlap_basis: str
    overlap_bound: bool
    """The number is only a lower bound: no command to type."""
    assumptions: list[str]
    misfits: list[str]
    unproven: list[str]
    lead_seconds: Seconds | None
    """How long before the CA's expiry the first request failed."""
    window_from: Time | None
    window_to: Time | None
    ca_expiry: Time | None
    timers: Timers
    load: StuckClients | None
    remedy: list[Step]
    window: Window | None


class Pki(TypedDict):
    """What the PKI traffic says beyond single exchanges."""

    certificates: list[Certificate]
    certificates_seen: Count
    capabilities: list[Capabilities]
    requesters: Count
    requesters_renewing: Count
    transactions: Count
    transactions_rejected: Count
    transactions_polling: Count
    messages: Count
    unread: Count
    damaged_certificates: Count
    not_kept: Count
    rollover: list[Rollover]


class FlowFile(TypedDict):
    """A file with flows."""

    path: str
    format: str
    exporters: list[str]
    records: Count
    kept: Count
    """Of watched ports."""
    malformed: Count
    warnings: list[str]


class FlowServer(TypedDict):
    """A server as flows show it; attempts are dials, by the time of their first packet."""

    ip: str
    port: int
    attempts: Count
    established: Count
    half_open: Count
    unanswered: Count
    refused: Count
    undetermined: Count
    midstream: Count
    clients: Count
    dated: bool
    """False: the flows have no date, and what only a date would tell is null."""
    first_time: Time | None
    last_time: Time | None
    peak_accepted_60s: Peak | None
    peak_minute: PeakMinute | None
    minutes_over_limit: Count | None
    first_over_limit: Time | None
    verdict: Verdict


class FlowMinutes(TypedDict):
    """Columns: a row is a server and a minute."""

    server: list[int]
    """Index into `servers`."""
    minute: list[Time]
    attempts: list[Count]
    accepted: list[Count]
    unanswered: list[Count]
    refused: list[Count]
    over_limit: list[bool]


class FlowComparison(TypedDict):
    """Flows held against the capture, where both were given."""

    both: Count
    only_capture: Count
    only_flows: Count
    clock_offset: Seconds | None
    """How far the exporter's clock is ahead of the capture's."""


class Netflow(TypedDict):
    """What flows say."""

    files: list[FlowFile]
    servers: list[FlowServer]
    minutes: FlowMinutes
    comparison: FlowComparison | None


class AccountedFile(TypedDict):
    """A file that was read beside the captures, and how much of it was understood. Empty lines do not count."""

    option: str
    """By which it was given: `--config`, `--log` or `--netflow`."""
    path: str
    lines: Count
    """Of flows: records."""
    understood: Count
    not_understood: Count
    kinds: list[list[str | int]]
    """The most frequent kinds of lines that were not understood: their first words, and how many."""
    whose: list[str]
    """Devices that the file names."""
    warning: str | None


class LogFile(TypedDict):
    """A file of logs or debugs."""

    path: str
    lines: Count
    first: Time | None
    """Of its first clock, as the last."""
    last: Time | None


class LogClock(TypedDict):
    """A clock by which lines of a log are stamped: that of a device, or the relay's."""

    file: int
    """Index into `files`."""
    device: str | None
    """Null: nothing names it."""
    relay: bool
    records: Count
    not_placed: Count
    """Of these, those that stand on no place of the capture's time axis."""
    first: Time | None
    last: Time | None
    zones: list[str]
    zone_known: bool
    zones_from: str | None
    """The configuration that says what its zones are."""


class Skew(TypedDict):
    """How far a clock of the logs is ahead of the capture's, in a stretch of its lines."""

    clock: int
    """Index into `clocks`."""
    offset: Seconds
    spread: Seconds
    pairs: Count
    """That agree."""
    pairs_apart: Count
    """That do not: of other stretches, or of none."""
    method: str
    first_line: int | None
    """Null: the clock has one stretch."""
    last_line: int | None
    drift: float
    """Seconds that it gains in a second, from `reference` on."""
    reference: Time | None
    sentence: str


class LoggedRequests(TypedDict):
    """Requests that a server says it received."""

    device: str | None
    requests: Count
    minutes: list[Time] | None
    """Calendar minutes with a request, by its own clock; null: nothing tells the day."""
    received: list[Count]
    """Parallel to `minutes`."""


class LogRecord(TypedDict):
    """A line of a log, or a debug with the lines that belong to it."""

    kind: str
    time: Time | None
    """By the clock of the log."""
    stamped_by: str | None
    """`device`, `relay`, `before` (the stamp of the line before, to which it belongs); null: no time."""
    capture_time: Time | None
    """By the clock of the capture; null: nothing ties the two, or not surely."""
    file: int
    """Index into `files`."""
    line: int
    text: str
    mnemonic: str | None


class Logs(TypedDict):
    """What logs and debugs say."""

    files: list[LogFile]
    clocks: list[LogClock]
    skews: list[Skew | None]
    """Every stretch of every clock, in their order; null: nothing ties the clock to the capture."""
    stamped_by: dict[str, Count]
    """Records by whose stamp is their time: `device`, `relay`, `before`, `none`."""
    requests: list[LoggedRequests]
    counts: dict[str, Count]
    """Records by kind."""
    messages: dict[str, Count]
    """Lines by `FACILITY-severity-MNEMONIC`."""
    records_seen: Count
    records: list[LogRecord]
    """The first of them."""


class ConfigurationFile(TypedDict):
    """A file of configuration or show output."""

    path: str
    lines: Count
    ignored: Count
    messages: Count
    """Lines that are log messages, which `--log` reads."""
    damaged_certificates: Count


class Tie(TypedDict):
    """A piece of configuration, and why it belongs to a server, or does not."""

    piece: str
    """Like `certificate server CA`."""
    path: str
    line: int
    device: str | None
    """Host name; null: the lines stand under none."""
    reason: str


class Ownership(TypedDict):
    """What of the configuration belongs to one server."""

    server: str | None
    """Null: without a capture, the CA that the configuration itself shows."""
    ca_name: str | None
    """Distinguished name of the CA that issues to its clients."""
    belongs: list[Tie]
    does_not_belong: list[Tie]
    """Given, and not used."""
    above: list[str]
    """Certificate servers above the issuing one."""
    conflicts: list[str]
    """Sources that contradict each other."""


class Configuration(TypedDict):
    """What configuration and show output say, by kind; times as text, durations in seconds."""

    files: list[ConfigurationFile]
    max_connections: int | None
    """The least `ip http max-connections` of a device whose HTTP server the clients talk to."""
    ownership: list[Ownership]
    """Of each server, the worst first."""


class Evidence(TypedDict):
    """What was read beside the captures, and what it says; null: nothing was given."""

    account: list[AccountedFile]
    netflow: Netflow | None
    logs: Logs | None
    configuration: Configuration | None


class EmbeddedTable(TypedDict):
    """A table, column by column. Of more than 50,000 rows some are here: failures first."""

    rows: Count
    """Of the whole table."""
    shown: Count
    """Of it that are here."""
    columns: dict[str, list[Cell]]


class EveryConnection(TypedDict):
    """Columns: a value for every connection, in the order of their numbers."""

    start: list[int]
    """Whole milliseconds since 1970."""
    server: list[int]
    """Index into `servers` of the document."""
    client: list[int]
    """Index into `clients`."""
    outcome: list[int]
    """Index into `outcomes`."""
    syn_packets: list[int]
    rung: list[int]
    """0 `dialled`, 1 `accepted`, 2 `asked`, 3 `answered`, 4 `succeeded`; -1: no attempt, or not known."""
    fell: list[int]
    """0 `silence`, 1 `reset`, 2 `icmp`, 3 `otherwise`, 4 `no_request`, 5 `not_delivered`, 6 `no_response`, 7 `error`,
    8 `pending`; -1: it succeeded, or the capture cannot tell."""


class EveryExchange(TypedDict):
    """Columns: a value for every exchange, in the order of the table; -1 for what is not there."""

    connection: list[int]
    asked: list[int]
    """Whole milliseconds since 1970: of the request, or of the response where there is no request."""
    operation: list[int]
    """Index into `operations`; -1: not SCEP."""
    status: list[int]
    latency: list[int]
    """Whole microseconds."""


class EveryRow(TypedDict):
    """What charts count, over all rows, where tables are cut."""

    clients: list[str]
    outcomes: list[str]
    operations: list[str]
    connections: EveryConnection
    exchanges: EveryExchange


class Elsewhere(TypedDict):
    """A server that is not watched, by its packets."""

    ip: str
    port: int
    packets: Count
    """To it and from it."""
    syn_packets: Count
    """To it."""
    synacks: Count
    """From it."""
    resets: Count
    """From it."""


class Sections(TypedDict):
    """The document without its tables."""

    schema_version: Literal[1]
    tool: Tool
    inputs: list[Input]
    settings: SettingsInForce
    capture: Capture
    points: list[Point]
    """What the inputs are to each other."""
    verdict: LeadingVerdict
    servers: list[Server]
    """Busiest and worst first."""
    elsewhere: list[Elsewhere]
    """Where there is no server: who else speaks TCP in the capture, the most SYNs first."""
    operations: list[Operation]
    clients: list[Client]
    """The top talkers."""
    findings: list[Finding]
    """Worst first."""
    pki: Pki
    evidence: Evidence


class Document(Sections):
    """Everything that pcapinspect shows of one analysis."""

    tables: dict[str, EmbeddedTable]
    every_row: EveryRow | None
    """Null where `tables` holds all connections and exchanges."""


OPEN: tuple[type, ...] = (FlowFile, LogFile, LogClock, Skew, LogRecord, Configuration, ConfigurationFile)
"""Sections that may hold more than is described: what evidence said, as it was read."""
