"""From capture files to the report: the layers in the order in which data flows, one batch at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pcapinspect.capture.control import Control
from pcapinspect.capture.fileset import Member, find_captures
from pcapinspect.capture.inputs import InputFile
from pcapinspect.errors import CaptureError, UsageError
from pcapinspect.evidence.netflow.datagrams import holds_exports
from pcapinspect.evidence.netflow.judgement import FlowLoad, compared, judge_flows
from pcapinspect.evidence.netflow.reader import as_input, flow_format, read_flows
from pcapinspect.findings.analysis import Analysis
from pcapinspect.findings.registry import find
from pcapinspect.following import SoFar, follow_packets
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.analyse import analyse
from pcapinspect.load.measures.elsewhere import Endpoint, Endpoints
from pcapinspect.load.measures.quality import CaptureQuality, assess
from pcapinspect.observe import Observed, at_one_point, observe
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.packets.stretch import Reader, StretchReader, in_words
from pcapinspect.pki.followed import Followed
from pcapinspect.pki.operations import Operations
from pcapinspect.pki.reader import PkiReader
from pcapinspect.report.document import Report, build
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import Connections, Syns

if TYPE_CHECKING:
    from pcapinspect.evidence.configuration import Configuration
    from pcapinspect.evidence.ios_log import Logs

Progress = Callable[[int, int | None, int], None]
"""Called with the bytes read, the bytes there are (None: a pipe) and the packets read."""


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


Capture = str | os.PathLike[str]
"""The path of a capture file, a glob, a folder, or `-` for standard input."""


def analyze(
    captures: Capture | Iterable[Capture],
    settings: Settings | None = None,
    *,
    evidence: Evidence | None = None,
    progress: Progress | None = None,
    command: Sequence[str] = (),
    spread: Spread | None = None,
    control: Control | None = None,
    so_far: Callable[[Report], None] | None = None,
    points: Mapping[str, Sequence[str]] | None = None,
) -> Report:
    """The whole job: read, follow, judge.

    `captures`: one file, glob, folder or `-`, as text or Path, or several of them. `command` is what the report shows
    as the way to make it again.
    `control` ends the reading early; where it asks for it, `so_far` is called with the report of what was read so far.
    `points`: two capture points by name, with the captures of each (which `captures` has, too); None: it is measured.
    Raises CaptureError where nothing can be read, EvidenceError for other files.
    """
    several = [captures] if isinstance(captures, str | os.PathLike) else captures
    paths = [os.fspath(capture) for capture in several]
    settings, evidence = settings or Settings(), evidence or Evidence()

    def tell(followed: Followed, inputs: Sequence[InputFile]) -> None:
        analysis = _analysis(
            at_one_point(followed, inputs), settings, _configuration(evidence.configuration), evidence, None
        )
        if so_far is not None:
            so_far(build(analysis, find(analysis), command))

    analysis = inspect(paths, settings, evidence, progress, spread, control, tell, points)
    return build(analysis, find(analysis), command)


def inspect(
    captures: Sequence[str],
    settings: Settings,
    evidence: Evidence,
    progress: Progress | None,
    spread: Spread | None = None,
    control: Control | None = None,
    so_far: SoFar | None = None,
    points: Mapping[str, Sequence[str]] | None = None,
) -> Analysis:
    """All that the layers find out, before judgement."""
    named = {name: find_captures(files) for name, files in (points or {}).items()}
    paths = find_captures(captures) if captures else []
    # Pipes are looked into once only, by the engine.
    netflow = [*evidence.netflow, *(path for path in paths if Path(path).is_file() and flow_format(path))]
    packets = [path for path in paths if path not in netflow]
    analysis = _packets(packets, settings, evidence, progress, spread, control, so_far, named) if packets else None
    if analysis and not len(analysis.connections) and not netflow:
        # Only a capture without watched connections is looked at again: most are no captures of exports.
        if settings.engine == "native":
            netflow = [path for path in packets if Path(path).is_file() and holds_exports(path)]
            packets = [path for path in packets if path not in netflow]
        analysis = replace(analysis, elsewhere=_elsewhere(packets, settings, control))
    if (netflow or analysis is None) and (settings.begin, settings.end) != (None, None):
        raise UsageError("--from and --to are of packets: give captures, and leave out flows")
    if not netflow:
        return analysis or _of_evidence(settings, evidence, progress)
    flows = judge_flows(read_flows(netflow, settings.ports), settings)
    if analysis and packets:
        return replace(analysis, flows=compared(flows, analysis.connections))
    inputs = [as_input(file, flows.evidence.flows) for file in flows.evidence.files]
    return of_flows(flows, inputs, settings, evidence, progress)


def _packets(
    paths: Sequence[str],
    settings: Settings,
    evidence: Evidence,
    progress: Progress | None,
    spread: Spread | None,
    control: Control | None,
    so_far: SoFar | None,
    points: Mapping[str, Sequence[str]],
) -> Analysis:
    configuration = _configuration(evidence.configuration)
    if settings.engine == "tshark" and spread is None:
        return follow(_engine(paths, settings, progress, control), settings, evidence, control, so_far, progress)

    def follow_members(members: Sequence[Member]) -> tuple[Followed, list[InputFile]]:
        if spread is None:
            reader = _engine(members, settings, progress, control)
            return follow_packets(reader, settings, control, so_far), reader.inputs
        from pcapinspect.spread.work import follow_on

        return follow_on(spread.dask, spread.stages, members, settings, progress, control)

    if spread is not None:
        from pcapinspect.spread.work import check

        check(spread.dask, spread.stages, paths, settings)
    return _analysis(
        observe(paths, settings, follow_members, control, points), settings, configuration, evidence, progress
    )


def _elsewhere(paths: Sequence[str], settings: Settings, control: Control | None) -> tuple[Endpoint, ...]:
    """Who else speaks TCP. Files are read again for it; a pipe cannot be."""
    endpoints = Endpoints()
    files = [path for path in paths if Path(path).is_file()]
    for batch in _engine(files, settings, None, control) if files else ():
        endpoints.add(batch.packets)
    return endpoints.named()


def _engine(
    paths: Sequence[str] | Sequence[Member], settings: Settings, progress: Progress | None, control: Control | None
) -> Reader:
    reader: Reader
    if settings.engine == "tshark":
        from pcapinspect.packets.tshark import TsharkReader

        reader = TsharkReader([path for path in paths if isinstance(path, str)], progress=progress, control=control)
    else:
        reader = CaptureReader(paths, progress=progress, control=control)
    whole = settings.begin is None and settings.end is None
    return reader if whole else StretchReader(reader, settings.begin, settings.end)


def of_flows(
    flows: FlowLoad,
    inputs: Sequence[InputFile],
    settings: Settings,
    evidence: Evidence,
    progress: Progress | None = None,
) -> Analysis:
    """Without packets the tables are made of flows."""
    return Analysis(
        settings=settings,
        inputs=tuple(inputs),
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
        logs=_logs(evidence, None, flows.connections, Exchanges.empty(), Operations.empty(), progress),
        flows=flows,
    )


def _of_evidence(settings: Settings, evidence: Evidence, progress: Progress | None) -> Analysis:
    """Logs, configuration and show output alone: there is no traffic, and no server is judged."""
    connections, syns = Connections.empty(), Syns.empty()
    exchanges, operations = Exchanges.empty(), Operations.empty()
    quality = CaptureQuality(notes=("There is no capture: what is said here rests on logs and configuration.",))
    return Analysis(
        settings=settings,
        inputs=(),
        quality=quality,
        connections=connections,
        syns=syns,
        exchanges=exchanges,
        operations=operations,
        load=analyse(connections, syns, exchanges, operations, quality, settings),
        facts=PkiReader().facts(),
        configuration=_configuration(evidence.configuration),
        logs=_logs(evidence, None, connections, exchanges, operations, progress),
    )


def follow(
    reader: Reader,
    settings: Settings,
    evidence: Evidence,
    control: Control | None = None,
    so_far: SoFar | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """From packets to load, whichever engine reads them, as those of one point; `progress` is
    told of logs, the engine tells of packets."""
    configuration = _configuration(evidence.configuration)
    followed = follow_packets(reader, settings, control, so_far)
    return _analysis(at_one_point(followed, reader.inputs), settings, configuration, evidence, progress)


def _analysis(
    observed: Observed,
    settings: Settings,
    configuration: Configuration | None,
    evidence: Evidence,
    progress: Progress | None,
) -> Analysis:
    """The load of what was captured, whoever followed it."""
    followed, inputs = observed.followed, observed.inputs
    tcp, exchanges, operations = followed.tcp, followed.exchanges, followed.operations
    quality = assess(inputs, tcp.quality, followed.http_quality, tcp.connections, observed.clocks, observed.points)
    if (settings.begin, settings.end) != (None, None):
        if quality.first_time is None and inputs and inputs[0].warnings:
            raise CaptureError(inputs[0].path, inputs[0].warnings[-1])
        asked = (
            f"Judged is only what was captured {in_words(settings.begin, settings.end)}, as asked with --from and --to."
        )
        quality = replace(quality, notes=(asked, *quality.notes))
    load = analyse(
        tcp.connections, tcp.syns, exchanges, operations, quality, settings, observed.networks, observed.lost
    )
    first_times = [file.first_time for file in inputs if file.first_time is not None]
    return Analysis(
        settings=settings,
        inputs=tuple(inputs),
        points=observed.points,
        quality=quality,
        connections=tcp.connections,
        lost=observed.lost,
        seen_at_client=observed.seen_at_client,
        syns=tcp.syns,
        exchanges=exchanges,
        operations=operations,
        load=load,
        facts=followed.facts,
        configuration=configuration,
        logs=_logs(evidence, min(first_times, default=None), tcp.connections, exchanges, operations, progress),
    )


def _configuration(paths: Sequence[str]) -> Configuration | None:
    if not paths:
        return None
    from pcapinspect.evidence.configuration import read_configuration

    return read_configuration(paths)


def _logs(
    evidence: Evidence,
    anchor: int | None,
    connections: Connections,
    exchanges: Exchanges,
    operations: Operations,
    progress: Progress | None = None,
) -> Logs | None:
    """Logs with their skew. `anchor`, a time of the capture, tells the year that IOS logs leave out."""
    if not evidence.logs:
        return None
    from pcapinspect.evidence.ios_log import read_logs
    from pcapinspect.evidence.skew import align
    from pcapinspect.evidence.zones import read_zones

    zones = read_zones(evidence.configuration)
    return align(read_logs(evidence.logs, anchor, zones, progress), connections, exchanges, operations)
