"""Every table of the report and every column of it, described once.

Schema, page, documentation and types of the scripts are made from this; the values of a new column come in `tables.py`.
The names are a promise to those who read the outputs.
"""

from __future__ import annotations

from pcapinspect.report.columns import FLAG, INTEGER, NUMBER, SECONDS, TEXT, TIME, Column, Table


def _shown(names: str) -> tuple[str, ...]:
    return tuple(names.split())


NETWORK = Column(
    "network", TEXT, "The captures that it is in, where several networks have a server of this name; null otherwise."
)

SERVER_IP = Column("server_ip", TEXT, "Address of the server.", "server")
SERVER_PORT = Column("server_port", INTEGER, "Its port.", "port")
CLIENT_IP = Column("client_ip", TEXT, "Address of the client.", "client")

CONNECTIONS = Table(
    "an attempt (one client ISN on one 4-tuple, however often its SYN was sent), or a connection that began before the "
    "capture, to a watched port; in the order of first packets",
    (
        Column("connection", INTEGER, "Number of the row, from 0; other tables refer to it."),
        Column("file", TEXT, "Capture file of the first packet."),
        Column("first_frame", INTEGER, "Its frame number, from 1, within the file.", "frame"),
        CLIENT_IP,
        Column("client_port", INTEGER, "Its port.", "port"),
        SERVER_IP,
        SERVER_PORT,
        Column("isn", INTEGER, "The client's initial sequence number; null for `midstream`.", "ISN"),
        Column("start", TIME, "Time of the first packet: of an attempt, its first SYN."),
        Column(
            "outcome",
            TEXT,
            "What became of it: `established`, `half_open`, `unanswered`, `refused`, `unreachable`, "
            "`answered_otherwise`, `undetermined` or `midstream`.",
        ),
        Column(
            "syn_packets",
            INTEGER,
            "SYNs of the client for this attempt; copies of a packet that the capture holds twice count once.",
            "SYNs",
            in_flows=False,
        ),
        Column("synack_time", TIME, "First SYN/ACK that answers this ISN.", "SYN/ACK", in_flows=False),
        Column(
            "synack_captured",
            FLAG,
            "False: it was established, but its SYN/ACK is not in the capture. Null: there was none to capture.",
            "SYN/ACK captured",
            in_flows=False,
        ),
        Column("handshake_rtt", SECONDS, "From the last SYN before it to the SYN/ACK.", "handshake", in_flows=False),
        Column(
            "established_time",
            TIME,
            "When the handshake completed, or the first later packet that proves it.",
            "established",
            in_flows=False,
        ),
        Column("end", TIME, "Time of the last packet."),
        Column(
            "close",
            TEXT,
            "How it ended: `fin`, `rst_client`, `rst_server`, `timeout` or `open`; null where it never was open.",
            in_flows=False,
        ),
        Column("bytes_up", INTEGER, "Distinct payload bytes of the client: retransmissions are not counted."),
        Column("bytes_down", INTEGER, "Distinct payload bytes of the server."),
        Column("packets_up", INTEGER, "Packets of the client."),
        Column("packets_down", INTEGER, "Packets of the server."),
        Column("tcp_stream", INTEGER, "Wireshark's number: `tcp.stream eq N` finds it in its file.", "tcp.stream"),
        Column("exchanges", INTEGER, "Requests and responses on it.", in_flows=False),
        Column("rung", TEXT, "The highest rung reached: `dialled`, `accepted`, `asked`, `answered`, `succeeded`."),
        Column(
            "fell",
            TEXT,
            "Why it came no higher: `silence`, `reset`, `icmp`, `otherwise`, `no_request`, `not_delivered`, "
            "`no_response`, `error`, `pending`; null where it succeeded or the capture cannot tell.",
            "no farther for",
        ),
        Column(
            "lost_between",
            TEXT,
            "What of it was lost first between two capture points: `syn`, `answer`, `request` or `response`; null "
            "where nothing was, and where there is one point.",
            "lost between the points",
        ),
        Column("last_syn_time", TIME, "Last SYN of the attempt.", "last SYN", in_flows=False),
        Column(
            "answer_time",
            TIME,
            "First packet of the server, or ICMP error, that answers the attempt, whatever it says.",
            "answer",
            in_flows=False,
        ),
        Column("answer_frame", INTEGER, "The frame that proves `refused` or `unreachable`, or the SYN/ACK."),
        Column("established_frame", INTEGER, "Frame of `established_time`."),
        Column("last_frame", INTEGER, "Frame of `end`."),
        Column(
            "close_time",
            TIME,
            "When it stopped being open for the server: second FIN or RST.",
            "closed",
            in_flows=False,
        ),
        Column("first_down", TIME, "First packet of the server with payload.", "first response byte", in_flows=False),
        Column("synack_packets", INTEGER, "SYN/ACKs of the server that answer this ISN.", "SYN/ACKs", in_flows=False),
        NETWORK,
    ),
    _shown(
        "start client_ip client_port server_ip server_port outcome fell syn_packets handshake_rtt exchanges close file "
        "first_frame tcp_stream"
    ),
)

EXCHANGES = Table(
    "a request and its response, or one without the other; in the order of connections, and in them of time",
    (
        Column("connection", INTEGER, "Row of `connections`."),
        Column("index", INTEGER, "Place of the exchange on its connection, from 0."),
        Column("request_frame", INTEGER, "Frame in which the request is complete."),
        Column("response_frame", INTEGER, "Frame in which the first byte of the response is."),
        Column("request_time", TIME, "When the request was complete.", "requested"),
        Column("response_time", TIME, "When the first byte of the response came.", "responded"),
        Column("latency", SECONDS, "From the one to the other."),
        Column("method", TEXT, "`GET`, `POST`, ..."),
        Column("uri", TEXT, "Target of the request as it was sent.", "URI"),
        Column("version", TEXT, "HTTP version of the request."),
        Column("host", TEXT, "Header `Host`.", "Host"),
        Column("user_agent", TEXT, "Header `User-Agent`.", "User-Agent"),
        Column("status", INTEGER, "Response code; null: no response is in the capture."),
        Column("reason", TEXT, "Its words in the status line."),
        Column("server", TEXT, "Header `Server` of the response.", "Server"),
        Column("content_type", TEXT, "Header `Content-Type` of the response.", "Content-Type"),
        Column("request_bytes", INTEGER, "Bytes of the request, header and body."),
        Column("response_bytes", INTEGER, "Bytes of the response, header and body."),
        Column("operation", TEXT, "SCEP's `operation`, percent-decoded; null: it is no SCEP."),
        Column(
            "ca_identifier",
            TEXT,
            "`message` of GetCACaps, GetCACert and GetNextCACert: the trustpoint or CA that is asked for.",
            "CA identifier",
        ),
        Column("scep_message_type", TEXT, "messageType of a PKIOperation (RFC 8894, 3.2.1.2).", "SCEP message"),
        Column("scep_status", TEXT, "pkiStatus of its answer: `SUCCESS`, `FAILURE`, `PENDING`.", "pkiStatus"),
        Column("scep_fail_info", TEXT, "failInfo of a FAILURE.", "failInfo"),
        Column("transaction_id", TEXT, "transactionID of a PKIOperation.", "transactionID"),
        Column("complete", FLAG, "False where bytes of it are missing from the capture."),
        Column("request_file", TEXT, "Capture file of `request_frame`."),
        Column("response_file", TEXT, "Capture file of `response_frame`."),
        CLIENT_IP,
        SERVER_IP,
        SERVER_PORT,
        Column("signer_subject", TEXT, "Subject of the certificate that signed the SCEP request.", "signer"),
        Column("signer_self_signed", FLAG, "Whether that certificate is self-signed: a first enrolment."),
        NETWORK,
    ),
    _shown(
        "request_time client_ip server_ip method operation ca_identifier status latency uri user_agent request_frame "
        "response_frame"
    ),
)

MINUTES = Table(
    "a server and a calendar minute (UTC), without gaps from its first to its last packet",
    (
        SERVER_IP,
        SERVER_PORT,
        Column("minute", TIME, "Begin of the minute."),
        Column("syn_packets", INTEGER, "SYN packets.", "SYNs", in_flows=False),
        Column("attempts", INTEGER, "Attempts that began."),
        Column("accepted", INTEGER, "SYN/ACKs that answered an attempt for the first time, when they were sent."),
        Column("unanswered", INTEGER, "Attempts of the minute with that outcome."),
        Column("refused", INTEGER, "The same."),
        Column("undetermined", INTEGER, "The same."),
        Column("exchanges", INTEGER, "Requests of the minute.", in_flows=False),
        Column("errors", INTEGER, "Responses with a 4xx or 5xx code.", in_flows=False),
        Column(
            "peak_accepted_60s",
            INTEGER,
            "The most accepted within the window of the limit (`settings.window`, 60 s by default) that ended in the "
            "minute.",
            "most in {span}",
        ),
        Column("peak_open", INTEGER, "The most connections open at once.", "most open", in_flows=False),
        Column("over_limit", FLAG, "Whether that is above `settings.limit`.", "over the limit"),
        Column(
            "paused_seconds", SECONDS, "How much of the minute lies in a pause, at least.", "paused", in_flows=False
        ),
        Column("asked", INTEGER, "Of the attempts that began in the minute, how many came so far.", in_flows=False),
        Column("answered", INTEGER, "The same.", in_flows=False),
        Column("succeeded", INTEGER, "The same.", in_flows=False),
        Column("established", INTEGER, "Attempts of the minute with that outcome."),
        Column("half_open", INTEGER, "The same."),
        Column("unreachable", INTEGER, "The same."),
        Column("answered_otherwise", INTEGER, "The same.", in_flows=False),
        NETWORK,
    ),
    _shown(
        "minute server_ip server_port syn_packets attempts accepted unanswered refused undetermined exchanges errors "
        "peak_accepted_60s peak_open over_limit paused_seconds"
    ),
)

PAUSES = Table(
    "an interval in which a server served nobody who asked",
    (
        SERVER_IP,
        SERVER_PORT,
        Column("last_answer", TIME, "Last answer before it; null: the capture holds none."),
        Column("first_unanswered", TIME, "First SYN, or request, without an answer.", "first unanswered"),
        Column("last_unanswered", TIME, "Last SYN, or request, without an answer.", "last unanswered"),
        Column("next_answer", TIME, "First answer after it; null: the capture holds none."),
        Column("silence_at_least", SECONDS, "It lasted at least so long.", "silent at least"),
        Column("silence_at_most", SECONDS, "At most so long; null: the capture begins or ends in it.", "at most"),
        Column("unanswered_syns", INTEGER, "SYN packets without an answer.", "SYNs that met it"),
        Column(
            "unanswered_attempts",
            INTEGER,
            "Attempts that met it, whatever became of them later.",
            "attempts that met it",
        ),
        Column("clients", INTEGER, "Clients of these attempts."),
        Column(
            "accepted_before_60s",
            INTEGER,
            "Accepted within the window of the limit (`settings.window`, 60 s by default) before it.",
            "accepted in {span} before",
        ),
        Column(
            "accepted_since_pause", INTEGER, "Accepted since the pause before; null: it is the first.", "since the last"
        ),
        Column("open_before", INTEGER, "Connections open when it began."),
        Column("form", TEXT, "How nobody was served: silence, reset, icmp, waiting (accepted, not answered), mixed."),
        Column("cause", TEXT, "One of the causes."),
        Column("confidence", NUMBER, "Of the cause, 0 to 1."),
        Column("pause", INTEGER, "Its number, from 1 over all servers: `extract --pause N` takes it."),
        NETWORK,
    ),
    _shown(
        "pause server_ip server_port last_answer first_unanswered last_unanswered next_answer silence_at_least "
        "silence_at_most unanswered_syns unanswered_attempts clients accepted_before_60s accepted_since_pause "
        "open_before form cause confidence"
    ),
)

CLIENTS = Table(
    "a client of a server, the most attempts first",
    (
        CLIENT_IP,
        SERVER_IP,
        SERVER_PORT,
        Column("attempts", INTEGER, "Attempts of the client."),
        Column("established", INTEGER, "With that outcome."),
        Column("unanswered", INTEGER, "The same."),
        Column("refused", INTEGER, "The same."),
        Column("exchanges", INTEGER, "Requests of the client.", in_flows=False),
        Column("errors", INTEGER, "Responses to it with a 4xx or 5xx code.", in_flows=False),
        Column(
            "poll_period",
            SECONDS,
            "Median time between its polls, where it polled three times; attempts that follow at once are of one poll.",
            "poll period",
        ),
        Column("first", TIME, "Its first attempt."),
        Column("last", TIME, "Its last attempt."),
        Column("operations", TEXT, "What it asked for, like `GetNextCACert:12 GetCACaps:1`."),
        Column("poll_spread", SECONDS, "Interquartile range of the times between its polls.", "spread"),
        Column("routers", INTEGER, "Distinct transaction IDs or signer names behind the address; null: none was seen."),
        NETWORK,
    ),
    _shown(
        "client_ip server_ip server_port attempts established unanswered refused exchanges errors poll_period "
        "poll_spread first last operations"
    ),
)

FLOWS = Table(
    "a NetFlow or IPFIX record towards or from a watched port",
    (
        Column("exporter", TEXT, "Address of the exporter; null where the file does not say it."),
        Column("start", TIME, "First packet of the flow."),
        Column("end", TIME, "Last packet of the flow."),
        Column("src_ip", TEXT, "Source.", "source"),
        Column("src_port", INTEGER, "Its port.", "port"),
        Column("dst_ip", TEXT, "Destination.", "destination"),
        Column("dst_port", INTEGER, "Its port.", "port"),
        Column("packets", INTEGER, "Packets of the flow."),
        Column("bytes", INTEGER, "Bytes of the flow, as the exporter counts them."),
        Column("tcp_flags", INTEGER, "TCP flags of all its packets, or-ed.", "TCP flags"),
    ),
    _shown("start end exporter src_ip src_port dst_ip dst_port packets bytes tcp_flags"),
)

CURVE = Table(
    "a server and a second whose values differ from those of the second before; they hold until the next row",
    (
        SERVER_IP,
        SERVER_PORT,
        Column("time", TIME, "The second."),
        Column(
            "accepted_60s",
            INTEGER,
            "The most accepted within the window of the limit (`settings.window`, 60 s by default) that ended in it.",
            "accepted in {span}",
        ),
        Column("attempts_60s", INTEGER, "The same of attempts.", "attempts in {span}"),
        Column("open", INTEGER, "The most connections open at once.", in_flows=False),
        NETWORK,
    ),
)

SYNS = Table(
    "a SYN packet within a minute of a pause of its server",
    (
        SERVER_IP,
        SERVER_PORT,
        Column("time", TIME, "When it was captured."),
        Column("file", TEXT, "In which file."),
        Column("frame", INTEGER, "In which frame."),
        Column("connection", INTEGER, "Row of `connections`."),
        NETWORK,
    ),
)

TABLES: dict[str, Table] = {
    "connections": CONNECTIONS,
    "exchanges": EXCHANGES,
    "minutes": MINUTES,
    "pauses": PAUSES,
    "clients": CLIENTS,
    "flows": FLOWS,
    "curve": CURVE,
    "syns": SYNS,
}
"""In the order of the outputs."""

SHOWN = tuple(name for name, table in TABLES.items() if table.shown)
"""Tables that people read; the others are for charts."""
