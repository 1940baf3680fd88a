"""The causes that compete, one file each. To add one, add a file and name it here.

`of_pause(evidence, place)` says how well the cause explains one pause; the surest of them is the pause's cause.
`explain(evidence, caused)` says which of the server's falls it explains; the verdict is the one that explains most at
the least cost. Nothing wins because it is asked first: the order decides only between equals.
"""

from __future__ import annotations

from collections.abc import Sequence

from pcapinspect.load.judgement.causes import (
    blocked_client,
    capture,
    error_responses,
    max_connections,
    no_response,
    outage,
    path,
    path_mtu,
    rate_limit,
    refused,
    stale_connections,
)
from pcapinspect.load.judgement.causes.insufficient import of_pause as unexplained
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, PauseCause

OF_PAUSES = (
    max_connections.of_pause,
    rate_limit.of_pause,
    outage.of_pause,
    refused.of_pause,
    no_response.of_pause,
)

OF_SERVERS = (
    rate_limit.explain,
    max_connections.explain,
    outage.explain,
    no_response.explain,
    path_mtu.explain,
    stale_connections.explain,
    blocked_client.explain,
    refused.explain,
    error_responses.explain,
    path.explain,
    capture.explain,
)


def cause_of(evidence: Evidence, place: int) -> PauseCause:
    """The cause of one pause. Where the capture itself is to blame, no other cause can be held against it."""
    blamed = capture.of_pause(evidence, place)
    if blamed is not None:
        return blamed
    found = [cause for of_pause in OF_PAUSES if (cause := of_pause(evidence, place)) is not None]
    return max(found, key=lambda one: one.confidence, default=None) or unexplained(evidence, place)


def explanations(evidence: Evidence, caused: Caused) -> Sequence[Explanation]:
    """What each cause says that names the attempts it expects to fall."""
    said = [explain(evidence, caused) for explain in OF_SERVERS]
    return [one for one in said if one is not None]
