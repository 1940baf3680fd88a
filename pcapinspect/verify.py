"""`--verify`: the native engine against Wireshark, difference by difference.

Two comparisons. The same tables made from both dissections: a difference there is a difference of decoding. And what
Wireshark itself concludes (stream numbers, HTTP requests and responses): a difference there may be either side's error;
`docs/differences.md` lists the known ones, with the packets that decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pcapinspect.capture.fileset import find_captures
from pcapinspect.columns import MISSING, Columns
from pcapinspect.findings.analysis import Analysis
from pcapinspect.packets.tshark import TsharkReader, Witness
from pcapinspect.pipeline import Evidence, follow, inspect
from pcapinspect.settings import Settings

Key = tuple[int, int, int]
"""File, frame, and place among rows that share a frame."""


def verify(captures: Sequence[str], settings: Settings) -> list[str]:
    """Every difference between the engines, a line each. Raises EngineError where tshark is missing or too old."""
    native = inspect(captures, settings, Evidence(), None)
    witnesses: list[Witness] = []
    reader = TsharkReader(find_captures(captures), witnesses=witnesses)
    reference = follow(reader, settings, Evidence())
    names = [file.path for file in native.inputs]
    return [
        *_tables(names, "connection", _by_first_frame(native), _by_first_frame(reference)),
        *_tables(names, "exchange", _by_request_frame(native), _by_request_frame(reference)),
        *_streams(native, witnesses),
        *_http(native, witnesses),
    ]


def _by_first_frame(analysis: Analysis) -> dict[Key, dict[str, object]]:
    connections = analysis.connections
    return _keyed(connections, zip(connections.file.tolist(), connections.first_frame.tolist(), strict=True))


def _by_request_frame(analysis: Analysis) -> dict[Key, dict[str, object]]:
    exchanges = analysis.exchanges
    places = []
    for request, response in zip(
        zip(exchanges.request_file.tolist(), exchanges.request_frame.tolist(), strict=True),
        zip(exchanges.response_file.tolist(), exchanges.response_frame.tolist(), strict=True),
        strict=True,
    ):
        places.append(request if request[1] != MISSING else response)
    return _keyed(exchanges, places)


def _keyed(table: Columns, places: Iterable[tuple[int, int]]) -> dict[Key, dict[str, object]]:
    """Rows by the packet that they begin with."""
    columns = {name: getattr(table, name).tolist() for name in table.dtypes()}
    seen: Counter[tuple[int, int]] = Counter()
    rows: dict[Key, dict[str, object]] = {}
    for number, place in enumerate(places):
        rows[(*place, seen[place])] = {name: values[number] for name, values in columns.items()}
        seen[place] += 1
    return rows


def _tables(
    names: list[str], what: str, native: dict[Key, dict[str, object]], reference: dict[Key, dict[str, object]]
) -> list[str]:
    lines = []
    for key in sorted(native.keys() | reference.keys()):
        where = f"{names[key[0]]} frame {key[1]}: {what}"
        if key not in reference:
            lines.append(f"{where} only in native")
        elif key not in native:
            lines.append(f"{where} only in tshark")
        else:
            lines.extend(
                f"{where}: {name} is {_shown(value)} in native, {_shown(reference[key][name])} in tshark"
                for name, value in native[key].items()
                if value != reference[key][name]
            )
    return lines


def _shown(value: object) -> str:
    return "missing" if value is None or value == MISSING else repr(value)


def _streams(analysis: Analysis, witnesses: list[Witness]) -> list[str]:
    """Stream numbers; tshark counts anew in each file, so only a single file can be compared."""
    if len(analysis.inputs) != 1:
        return []
    wireshark = {witness.frame: witness.stream for witness in witnesses}
    connections = analysis.connections
    return [
        f"{analysis.inputs[0].path} frame {frame}: tcp.stream: {stream} in native, {wireshark.get(frame)} in Wireshark"
        for frame, stream in zip(connections.first_frame.tolist(), connections.tcp_stream.tolist(), strict=True)
        if wireshark.get(frame) != stream
    ]


def _http(analysis: Analysis, witnesses: list[Witness]) -> list[str]:
    """Requests and responses by stream: Wireshark shows a message in its last frame, we cite its first."""
    if len(analysis.inputs) != 1:
        return []
    watched = set(analysis.connections.tcp_stream.tolist())
    wireshark: Counter[tuple[int, str]] = Counter()
    for witness in witnesses:
        if witness.stream is not None and witness.stream in watched:
            for message in (witness.method, witness.status):
                if message is not None:
                    wireshark[(witness.stream, str(message))] += 1
    ours: Counter[tuple[int, str]] = Counter()
    exchanges = analysis.exchanges
    streams = analysis.connections.tcp_stream[exchanges.connection].tolist()
    for stream, method, status in zip(streams, exchanges.method.tolist(), exchanges.status.tolist(), strict=True):
        ours.update((stream, str(message)) for message in (method, status) if message not in (None, MISSING))
    return [
        f"{analysis.inputs[0].path} tcp.stream {stream}: {message} seen {ours[stream, message]} times in native, "
        f"{wireshark[stream, message]} times in Wireshark"
        for stream, message in sorted(ours.keys() | wireshark.keys())
        if ours[stream, message] != wireshark[stream, message]
    ]
