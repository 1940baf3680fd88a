"""The errors that end a command: one line for the user, exit code 2, never a traceback.

Malformed traffic is data, not an error: it becomes a count or a warning of the report.
"""

from __future__ import annotations


class PcapInspectError(Exception):
    """Base of every error that a user may see. `str()` is one line that says what and where."""


class CaptureError(PcapInspectError):
    """A capture that cannot be read at all, or not from `offset` (bytes) on."""

    def __init__(self, path: str, reason: str, offset: int | None = None) -> None:
        self.path = path
        self.reason = reason
        self.offset = offset
        where = path if offset is None else f"{path}, byte {offset}"
        super().__init__(f"{where}: {reason}")

    def __reduce__(self) -> tuple[type[CaptureError], tuple[str, str, int | None]]:
        """Errors are made of one text; this one is of three parts, also in another process."""
        return type(self), (self.path, self.reason, self.offset)


class EngineError(PcapInspectError):
    """An external program (tshark, nfdump) is missing, too old, or failed."""


class EvidenceError(PcapInspectError):
    """A NetFlow, log or configuration file that cannot be read."""


class StageError(PcapInspectError):
    """A file between the stages of a large reading that is damaged."""


class ReportError(PcapInspectError):
    """A saved report that is none, or that another version wrote."""


class OutputError(PcapInspectError):
    """An output that cannot be written, or exists already."""


class UsageError(PcapInspectError):
    """Options that contradict each other or make no sense."""
