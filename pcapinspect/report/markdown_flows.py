"""What flows say, in the outage report."""

from __future__ import annotations

from pcapinspect.findings.figures import plural
from pcapinspect.report import flow_words
from pcapinspect.report.markdown_text import items, prose, table
from pcapinspect.report.model import Sections
from pcapinspect.report.people import Zone


def seen_in(sections: Sections) -> str:
    """`The capture holds 12 packets`, or the flow records where there are no packets."""
    if sections["capture"]["flows_only"]:
        records = flow_words.kept(sections["evidence"]["netflow"])
        return f"There are no packets: the files hold {plural(records, 'flow record')} of watched ports"
    packets = sum(file["packets"] for file in sections["inputs"])
    return f"The capture holds {plural(packets, 'packet')}"


def flows_section(sections: Sections, zone: Zone) -> list[str]:
    """Servers, busiest minutes, comparison with the capture, files, and what flows cannot show; [] without flows."""
    netflow = sections["evidence"]["netflow"]
    if netflow is None:
        return []
    lines = [
        "## NetFlow",
        "",
        "A dial is one attempt as flows show it: however often its SYN was sent, it is one flow. Answered means that a "
        "flow has an ACK of the client or a SYN and more of the server.",
    ]
    if netflow["servers"]:
        lines += ["", *table(flow_words.SERVERS, flow_words.server_rows(netflow))]
    for server in netflow["servers"][: flow_words.MOST_SERVERS]:
        lines += ["", prose(server["verdict"]["sentence"])]
    minutes = flow_words.minute_rows(netflow, sections["settings"], zone)
    if minutes:
        lines += ["", "The busiest minutes of the first server:", "", *table(flow_words.MINUTES, minutes)]
    told = flow_words.comparison(netflow)
    if told:
        lines += ["", "### Beside the capture", "", prose(told)]
    lines += ["", "### Files with flows", "", *table(flow_words.FILES, flow_words.file_rows(netflow))]
    for title, sentences in (
        ("What is missing from them:", flow_words.concerns(netflow)),
        ("What flows cannot show:", flow_words.not_shown(netflow)),
    ):
        if sentences:
            lines += ["", title, "", *items(sentences)]
    return lines
