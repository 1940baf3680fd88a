"""nfcapd files, read by nfdump itself: their form changes with its versions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Thread

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.errors import EngineError
from pcapinspect.evidence.netflow.model import FlowFile, Flows
from pcapinspect.evidence.netflow.nfdump import flows_from

MAGIC = (b"\x0c\xa5", b"\xa5\x0c")
"""First two bytes of an nfcapd file, in either byte order (nfdump, nffile.h)."""

MOST_COMPLAINTS = 1000
"""Lines on standard error from which nfdump is not believed to come to an end; for a damaged file it has a few."""

MOST_SECONDS = 60
"""For the list of exporters, which nfdump reads at a gigabyte a second."""

_FORMAT = "fmt:%ts,%te,%sa,%da,%sp,%dp,%pr,%pkt,%byt,%flg,%ra"
_COLUMNS = ("ts", "te", "sa", "da", "sp", "dp", "pr", "ipkt", "ibyt", "flg", "ra")

_INTERVAL = re.compile(r"\bpacket space: (?P<space>\d{1,9})|\binterval: (?P<interval>\d{1,9})", re.I)
"""What `nfdump -E` says of samplers."""


def read_nfcapd(file: FlowFile, ports: Sequence[int]) -> Flows:
    """Through nfdump. Raises EngineError where it is not installed or fails."""
    if shutil.which("nfdump") is None:
        raise EngineError(f"{file.path}: nfcapd files are read by nfdump, which is not installed: `apt install nfdump`")
    file.format = "nfcapd"
    command = ["nfdump", "-r", file.path, "-q", "-N", "-6", "-o", _FORMAT]
    # Its lines are read as they come: a day of a busy router is gigabytes of text.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", env=_environment()
    ) as run:
        said: deque[str] = deque(["no reason given"], maxlen=1)
        listener = Thread(target=_listen, args=(run, said), daemon=True)
        listener.start()
        lines = iter(run.stdout or ())
        try:
            flows = flows_from(
                file, (dict(zip(_COLUMNS, line.rstrip().split(","), strict=False)) for line in lines), ports
            )
        except BaseException:
            run.kill()
            raise
        listener.join()
    if run.returncode != 0:
        raise EngineError(f"{file.path}: nfdump failed: {said[0]}")
    file.sampling = _sampling(file.path)
    interval = MISSING if file.sampling is None else file.sampling
    return replace(flows, sampling=np.full(len(flows), interval, np.int64))


def _environment() -> dict[str, str]:
    return os.environ | {"TZ": "UTC"}


def _listen(run: subprocess.Popen[str], said: deque[str]) -> None:
    """Keeps the last complaint, and ends a run that does not end complaining: nfdump repeats some of them for ever."""
    assert run.stderr is not None
    for number, line in enumerate(iter(partial(run.stderr.readline, 4096), "")):
        said.append(line.strip() or said[0])
        if number == MOST_COMPLAINTS:
            run.kill()


def _sampling(path: str) -> int | None:
    """1 packet in so many, by the samplers that the exporters announced; None where none did."""
    with suppress(subprocess.TimeoutExpired):
        run = subprocess.run(
            ["nfdump", "-E", path],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env=_environment(),
            timeout=MOST_SECONDS,
            check=False,
        )
        said = [
            int(found["space"]) + 1 if found["space"] else int(found["interval"])
            for found in _INTERVAL.finditer(run.stdout)
        ]
        return max((interval for interval in said if interval > 0), default=None)
    return None
