"""Section `evidence.netflow` in words and rows: the same in terminal, Markdown and page."""

from __future__ import annotations

from pcapinspect.address import endpoint
from pcapinspect.clock import length
from pcapinspect.findings.figures import plural
from pcapinspect.report.model import FlowServer, Netflow, SettingsInForce
from pcapinspect.report.people import Zone

MOST_MINUTES = 10
"""Minutes of a server that are listed, the busiest: every one is in the JSON."""

MOST_SERVERS = 20
MOST_EXPORTERS = 3

NO_DATE = "no date"
"""In place of a figure by the minute, where flows have no date."""

Row = tuple[str | int, ...]

SERVERS = (
    "Server",
    "Dials",
    "Answered",
    "Unanswered",
    "RST",
    "Clients",
    "Most answered in a minute",
    "Minutes over",
    "Verdict",
)
MINUTES = ("Server", "Minute", "Dials", "Answered", "Unanswered", "RST", "Limit")
FILES = ("File", "Format", "Exporters", "Records", "Of watched ports")


def kept(netflow: Netflow | None) -> int:
    """Flow records towards or from a watched port."""
    return 0 if netflow is None else sum(file["kept"] for file in netflow["files"])


def server_rows(netflow: Netflow) -> list[Row]:
    """A row a server, in the columns of SERVERS."""
    return [
        (
            endpoint(server["ip"], server["port"]),
            server["attempts"],
            server["established"] + server["half_open"],
            server["unanswered"],
            server["refused"],
            server["clients"],
            _peak(server),
            _over(server),
            server["verdict"]["cause"],
        )
        for server in netflow["servers"][:MOST_SERVERS]
    ]


def _over(server: FlowServer) -> int | str:
    return NO_DATE if server["minutes_over_limit"] is None else server["minutes_over_limit"]


def _peak(server: FlowServer) -> int | str:
    if not server["dated"]:
        return NO_DATE
    return server["peak_minute"]["count"] if server["peak_minute"] else 0


def minute_rows(netflow: Netflow, settings: SettingsInForce, zone: Zone) -> list[Row]:
    """The busiest minutes of the first server, in their order, in the columns of MINUTES."""
    minutes, servers = netflow["minutes"], netflow["servers"]
    own = [row for row, server in enumerate(minutes["server"]) if server == 0 and minutes["attempts"][row]]
    busiest = sorted(sorted(own, key=lambda row: -minutes["attempts"][row])[:MOST_MINUTES])
    return [
        (
            endpoint(servers[0]["ip"], servers[0]["port"]),
            zone.moment(minutes["minute"][row]),
            minutes["attempts"][row],
            minutes["accepted"][row],
            minutes["unanswered"][row],
            minutes["refused"][row],
            f"above {settings['limit']}" if minutes["over_limit"][row] else f"within {settings['limit']}",
        )
        for row in busiest
    ]


def file_rows(netflow: Netflow) -> list[Row]:
    """A row a file, in the columns of FILES."""
    return [
        (file["path"], file["format"], _exporters(file["exporters"]), file["records"], file["kept"])
        for file in netflow["files"]
    ]


def comparison(netflow: Netflow) -> str | None:
    """How capture and flows agree; None without a capture, or where one of them has no dial."""
    told = netflow["comparison"]
    if told is None:
        return None
    sentence = (
        f"Of the time that capture and flows share, {plural(told['both'], 'dial')} "
        f"{'is' if told['both'] == 1 else 'are'} in both, {told['only_capture']:,} in the capture only and "
        f"{told['only_flows']:,} in the flows only."
    )
    if told["clock_offset"] is None:
        return sentence + " No dial is in both, so nothing tells how far their clocks are apart."
    if told["clock_offset"] == 0:
        return sentence + " Their clocks agree."
    side = "ahead of" if told["clock_offset"] > 0 else "behind"
    return f"{sentence} The exporter's clock is {length(abs(told['clock_offset']))} {side} the capture's."


def concerns(netflow: Netflow) -> list[str]:
    """What is missing from the files, sampled, or could not be read."""
    found = []
    for file in netflow["files"]:
        told = list(file["warnings"])
        if file["malformed"]:
            told.append(f"{plural(file['malformed'], 'datagram, set or line', 'datagrams, sets or lines')} damaged")
        found += [f"{file['path']}: {warning}" for warning in told]
    return found


def not_shown(netflow: Netflow) -> list[str]:
    """What no flow shows, each sentence once."""
    return list(dict.fromkeys(text for server in netflow["servers"] for text in server["verdict"]["not_shown"]))


def _exporters(addresses: list[str]) -> str:
    if not addresses:
        return "not said"
    more = len(addresses) - MOST_EXPORTERS
    return ", ".join(addresses[:MOST_EXPORTERS]) + (f" and {more} more" if more > 0 else "")
