"""The sections of the JSON document, all but its tables: from the dataclasses of the layers to dicts of `model`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pcapinspect.clock import SECOND, iso
from pcapinspect.points.between import LOST
from pcapinspect.report import model

if TYPE_CHECKING:
    from pcapinspect.capture.inputs import InputFile
    from pcapinspect.findings.finding import Finding
    from pcapinspect.load.measures.quality import CaptureQuality
    from pcapinspect.load.model import (
        Counterfactual,
        OperationCount,
        Pause,
        Peak,
        PeakMinute,
        ServerLoad,
        Synchronisation,
    )
    from pcapinspect.points.course import Course, Stretch
    from pcapinspect.points.point import Point
    from pcapinspect.settings import Settings


def plain(value: object) -> Any:
    """A value as JSON has it: dataclasses as objects, sequences as arrays, NaN and infinity as null."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, np.generic):
        return plain(value.item())
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"a report cannot hold {type(value).__name__}")


def time(nanoseconds: int | None) -> str | None:
    """ISO 8601 UTC with nine decimals, or None."""
    return None if nanoseconds is None else iso(nanoseconds)


def settings_section(settings: Settings) -> model.SettingsInForce:
    """Every option, with its times as text."""
    given: model.SettingsInForce = plain(settings) | {"begin": time(settings.begin), "end": time(settings.end)}
    return given


def seconds(nanoseconds: int | None) -> float | None:
    """Seconds of a duration, or None."""
    return None if nanoseconds is None else nanoseconds / SECOND


def frames(pairs: Sequence[tuple[int, int]], paths: Sequence[str]) -> list[model.Frame]:
    """(file index, frame number) as objects that name the file."""
    return [{"file": paths[file], "frame": int(frame)} for file, frame in pairs]


def input_section(file: InputFile, path: str) -> model.Input:
    """One capture file."""
    section = plain(file)
    del section["jumps"]  # they are for judgement; how many there are is told
    told: model.Input = section | {
        "path": path,
        "first_time": time(file.first_time),
        "last_time": time(file.last_time),
        "comments": [{"frame": frame, "text": text} for frame, text in file.comments],
    }
    return told


def point_section(point: Point, paths: Mapping[str, str]) -> model.Point:
    """What some of the inputs are to each other. `paths`: as they are shown."""
    between = point.between
    return {
        "kind": point.kind,
        "files": [paths.get(file, file) for file in point.files],
        "sentence": point.sentence,
        "client_side": [paths.get(file, file) for file in point.client_side],
        "server_side": [paths.get(file, file) for file in point.server_side],
        "offset": seconds(point.offset),
        "offset_last": seconds(point.offset_last),
        "uncertainty": seconds(point.uncertainty),
        "delay_up": seconds(point.delay_up),
        "delay_down": seconds(point.delay_down),
        "both": None if between is None else between.both,
        "sent": None if between is None else dict(zip(LOST, between.sent, strict=True)),
        "lost": None if between is None else dict(zip(LOST, between.lost, strict=True)),
        "courses": [] if between is None else [_course(course) for course in between.courses],
        "over_time": [] if between is None else [_stretch(stretch) for stretch in between.over_time],
    }


def _course(course: Course) -> model.Course:
    return {
        "client": course.client,
        "server": course.server,
        "lost": course.lost,
        "steps": [
            {"what": step.what, "client": time(step.client), "server": time(step.server), "lost": step.lost}
            for step in course.steps
        ],
    }


def _stretch(stretch: Stretch) -> model.Stretch:
    return {
        "start": iso(stretch.start),
        "end": iso(stretch.end),
        "attempts": stretch.attempts,
        "lost": stretch.lost,
        "delay_up": seconds(stretch.delay_up),
        "delay_down": seconds(stretch.delay_down),
    }


def capture_section(quality: CaptureQuality) -> model.Capture:
    """What the capture itself is worth."""
    section = plain(quality)
    del section["jumps"]
    told: model.Capture = section | {"first_time": time(quality.first_time), "last_time": time(quality.last_time)}
    return told


def server_section(server: ServerLoad, first_pause_number: int, paths: Sequence[str]) -> model.Server:
    """One server; its pauses are numbered from `first_pause_number`, as in the table `pauses`."""
    section: Any = {
        field.name: getattr(server, field.name)
        for field in fields(server)
        if field.name
        not in ("pauses", "models", "estimate", "concurrency", "counterfactual", "synchronisation", "ladder")
    }
    section |= {
        "first_time": time(server.first_time),
        "last_time": time(server.last_time),
        "first_over_limit": time(server.first_over_limit),
        "first_pause": time(server.first_pause),
        "peak_accepted_60s": peak_section(server.peak_accepted_60s),
        "peak_minute": peak_minute_section(server.peak_minute),
        "pauses": [_pause(server, pause, first_pause_number + n, paths) for n, pause in enumerate(server.pauses)],
        "verdict": plain(server.verdict),
        "models": plain(server.models),
        "estimate": plain(server.estimate),
        "concurrency": server.concurrency
        and plain(server.concurrency) | {"peak_time": time(server.concurrency.peak_time)},
        "counterfactual": _counterfactual(server.counterfactual),
        "synchronisation": _synchronisation(server.synchronisation),
        "ladder": plain(server.ladder),
    }
    told: model.Server = section
    return told


def operation_section(count: OperationCount, server: str) -> model.Operation:
    """How often one server was asked for one operation, by label and response code."""
    told: model.Operation = plain(count) | {"server": server, "first": time(count.first), "last": time(count.last)}
    return told


def finding_section(finding: Finding, paths: Sequence[str]) -> model.Finding:
    """One finding with its evidence."""
    section = plain(replace(finding, every_frame=None))
    del section["every_frame"]
    told: model.Finding = section | {
        "frames": frames(finding.frames, paths),
        "start": time(finding.start),
        "end": time(finding.end),
    }
    return told


def _pause(server: ServerLoad, pause: Pause, number: int, paths: Sequence[str]) -> model.Pause:
    section = plain(pause)
    for name in ("last_answer", "first_unanswered", "last_unanswered", "next_answer"):
        section[name] = time(getattr(pause, name))
    told: model.Pause = section | {
        "server_ip": server.ip,
        "server_port": server.port,
        "pause": number,
        "silence_at_least": seconds(pause.silence_at_least),
        "silence_at_most": seconds(pause.silence_at_most),
        "frames": frames(pause.frames, paths),
    }
    return told


def peak_section(peak: Peak | None) -> model.Peak | None:
    """The most in any window, or None."""
    return None if peak is None else {"count": peak.count, "start": iso(peak.start), "end": iso(peak.end)}


def peak_minute_section(peak: PeakMinute | None) -> model.PeakMinute | None:
    """The busiest calendar minute, or None."""
    return None if peak is None else {"count": peak.count, "minute": iso(peak.minute)}


def _counterfactual(counterfactual: Counterfactual | None) -> model.Counterfactual | None:
    if counterfactual is None:
        return None
    told: model.Counterfactual = plain(counterfactual) | {"peak": peak_section(counterfactual.peak)}
    return told


def _synchronisation(synchronisation: Synchronisation) -> model.Synchronisation:
    told: model.Synchronisation = plain(synchronisation) | {"period": seconds(synchronisation.period)}
    return told
