"""From capture files to the report: the layers in the order in which data flows, one batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pcapinspect.capture.ahead import Ahead
from pcapinspect.capture.batch import PacketBatch
from pcapinspect.capture.fileset import find_captures
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.reader import CaptureReader
from pcapinspect.columns import Growing, Int64, UInt8
from pcapinspect.evidence.netflow.datagrams import holds_exports
from pcapinspect.evidence.netflow.judgement import FlowLoad, compared, judge_flows
from pcapinspect.evidence.netflow.reader import as_input, flow_format, read_flows
from pcapinspect.findings.analysis import Analysis
from pcapinspect.findings.registry import find
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges
from pcapinspect.http.reader import ExchangeReader
from pcapinspect.load.analyse import analyse
from pcapinspect.load.measures.elsewhere import Endpoint, Endpoints
from pcapinspect.load.measures.quality import CaptureQuality, assess
from pcapinspect.pki.followed import Followed
from pcapinspect.pki.operations import Operations
from pcapinspect.pki.reader import PkiReader
from pcapinspect.points.clocks import on_one_clock
from pcapinspect.report.document import Report, build
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import Connections, Syns
from pcapinspect.tcp.segments import Segments
from pcapinspect.tcp.tracker import ConnectionTracker

if TYPE_CHECKING:
    from pcapinspect.evidence.configuration import Configuration
    from pcapinspect.evidence.ios_log import Logs

Progress = Callable[[int, int | None, int], None]
"""Called with the bytes read, the bytes there are (None: a pipe) and the packets read."""


class Reader(Protocol):
    """An engine: batches in the order of the capture; `inputs` is complete after the last one."""

    inputs: list[InputFile]

    def __iter__(self) -> Iterator[PacketBatch]: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """Files beside the captures: paths of IOS configuration and show output, of IOS logs, and of flows."""

    configuration: Sequence[str] = ()
    logs: Sequence[str] = ()
    netflow: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """Where packets are read and followed, if not in this process. It makes no difference to the report.

    Workers of our own are new Python processes: a script must do its work under `if __name__ == "__main__"`.
    """

    dask: str
    """`local`, or the address of a Dask scheduler whose workers see the files under the same paths."""
    stages: str | None = None
    """A folder for the Parquet files between the stages: what is there of the same files is not done again."""


def analyze(
    captures: Sequence[str],
    settings: Settings | None = None,
    *,
    evidence: Evidence | None = None,
    progress: Progress | None = None,
    command: Sequence[str] = (),
    spread: Spread | None = None,
) -> Report:
    """The whole job: read, follow, judge.

    `captures` are files, globs, folders, or `-`. `command` is what the report shows as the way to make it again.
    Raises CaptureError where nothing can be read, EvidenceError for other files.
    """
    analysis = inspect(captures, settings or Settings(), evidence or Evidence(), progress, spread)
    return build(analysis, find(analysis), command)


def inspect(
    captures: Sequence[str],
    settings: Settings,
    evidence: Evidence,
    progress: Progress | None,
    spread: Spread | None = None,
) -> Analysis:
    """All that the layers find out, before judgement."""
    paths = find_captures(captures) if captures else []
    # Pipes are looked into once only, by the engine.
    netflow = [*evidence.netflow, *(path for path in paths if Path(path).is_file() and flow_format(path))]
    packets = [path for path in paths if path not in netflow]
    analysis = _packets(packets, settings, evidence, progress, spread) if packets else None
    if analysis and not len(analysis.connections) and not netflow:
        # Only a capture without watched connections is looked at again: most are no captures of exports.
        netflow = [path for path in packets if Path(path).is_file() and holds_exports(path)]
        packets = [path for path in packets if path not in netflow]
        analysis = replace(analysis, elsewhere=_elsewhere(packets, settings))
    if not netflow and analysis:
        return analysis
    flows = judge_flows(read_flows(netflow, settings.ports), settings)
    if analysis and packets:
        return replace(analysis, flows=compared(flows, analysis.connections))
    return _of_flows(flows, settings, evidence)


def _packets(
    paths: Sequence[str], settings: Settings, evidence: Evidence, progress: Progress | None, spread: Spread | None
) -> Analysis:
    if spread is None:
        return follow(_engine(paths, settings, progress), settings, evidence)
    from pcapinspect.spread.work import follow_on

    configuration = _configuration(evidence.configuration)
    followed, inputs = follow_on(spread.dask, spread.stages, paths, settings, progress)
    return _analysis(followed, inputs, settings, configuration, evidence)


def _elsewhere(paths: Sequence[str], settings: Settings) -> tuple[Endpoint, ...]:
    """Who else speaks TCP. Files are read again for it; a pipe cannot be."""
    endpoints = Endpoints()
    files = [path for path in paths if Path(path).is_file()]
    for batch in _engine(files, settings, None) if files else ():
        endpoints.add(batch.packets)
    return endpoints.named()


def _engine(paths: Sequence[str], settings: Settings, progress: Progress | None) -> Reader:
    if settings.engine == "tshark":
        from pcapinspect.capture.tshark import TsharkReader

        return TsharkReader(paths, progress=progress)
    return CaptureReader(paths, progress=progress)


def _of_flows(flows: FlowLoad, settings: Settings, evidence: Evidence) -> Analysis:
    """Without packets the tables are made of flows."""
    return Analysis(
        settings=settings,
        inputs=tuple(as_input(file, flows.evidence.flows) for file in flows.evidence.files),
        quality=CaptureQuality(
            flows_only=True, notes=("There are no packets: everything here is derived from flows.",)
        ),
        connections=flows.connections,
        syns=Syns.empty(),
        exchanges=Exchanges.empty(),
        operations=Operations.empty(),
        load=flows.load,
        facts=PkiReader().facts(),
        configuration=_configuration(evidence.configuration),
        logs=_logs(evidence, None, flows.connections, Exchanges.empty(), Operations.empty()),
        flows=flows,
    )


def follow(reader: Reader, settings: Settings, evidence: Evidence) -> Analysis:
    """From packets to load, whichever engine reads them."""
    configuration = _configuration(evidence.configuration)
    followed = _follow(reader, settings)
    return _analysis(followed, reader.inputs, settings, configuration, evidence)


def _analysis(
    followed: Followed,
    inputs: Sequence[InputFile],
    settings: Settings,
    configuration: Configuration | None,
    evidence: Evidence,
) -> Analysis:
    """The load of what was followed, whoever followed it."""
    followed, clocks = on_one_clock(followed)
    tcp, exchanges, operations = followed.tcp, followed.exchanges, followed.operations
    quality = assess(inputs, tcp.quality, followed.http_quality, tcp.connections, clocks)
    load = analyse(tcp.connections, tcp.syns, exchanges, operations, quality, settings)
    first_times = [file.first_time for file in inputs if file.first_time is not None]
    return Analysis(
        settings=settings,
        inputs=tuple(inputs),
        quality=quality,
        connections=tcp.connections,
        syns=tcp.syns,
        exchanges=exchanges,
        operations=operations,
        load=load,
        facts=followed.facts,
        configuration=configuration,
        logs=_logs(evidence, min(first_times, default=None), tcp.connections, exchanges, operations),
    )


def _follow(reader: Reader, settings: Settings) -> Followed:
    tracker = ConnectionTracker(settings)
    http = ExchangeReader()
    pki = PkiReader()
    exchanges, operations = Growing(Exchanges), Growing(Operations)

    def keep(finished: tuple[Exchanges, ExchangeBodies]) -> None:
        if len(finished[0]):
            exchanges.add(finished[0])
            operations.add(pki.read(*finished))

    ahead = Ahead(_segments(reader, tracker), 1)
    try:
        for found in ahead:
            keep(http.feed(*found))
    finally:
        ahead.close()
    keep(http.finish())
    last_times = [file.last_time for file in reader.inputs if file.last_time is not None]
    tcp = tracker.finish(max(last_times, default=None))
    del tracker  # its tables are as large as the result, and the next step needs room, too
    # Exchanges come in the order in which they end.
    order = np.lexsort((exchanges["index"], exchanges["connection"]))
    return Followed(tcp, exchanges.take(order), operations.take(order), http.quality, pki.facts())


def _segments(reader: Reader, tracker: ConnectionTracker) -> Generator[tuple[Segments, UInt8, Int64]]:
    """What `http` reads of each batch: segments, the bytes they lie in, and the connections that are over."""
    for batch in reader:
        yield tracker.feed(batch), batch.data, tracker.take_retired()


def _configuration(paths: Sequence[str]) -> Configuration | None:
    if not paths:
        return None
    from pcapinspect.evidence.configuration import read_configuration

    return read_configuration(paths)


def _logs(
    evidence: Evidence, anchor: int | None, connections: Connections, exchanges: Exchanges, operations: Operations
) -> Logs | None:
    """Logs with their skew. `anchor`, a time of the capture, tells the year that IOS logs leave out."""
    if not evidence.logs:
        return None
    from pcapinspect.evidence.ios_log import read_logs
    from pcapinspect.evidence.skew import align
    from pcapinspect.evidence.zones import read_zones

    zones = read_zones(evidence.configuration)
    return align(read_logs(evidence.logs, anchor, zones), connections, exchanges, operations)
