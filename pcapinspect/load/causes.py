"""The causes of a pause and verdicts of a server: what people call each, how grave it is, and what it expects.

A cause is judged in `judgement/`; what is said of it beside its sentence is said here, for every output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "bad", "open"]


@dataclass(frozen=True, slots=True)
class CauseWords:
    """How outputs speak of a cause."""

    words: str
    """A few words, for a badge."""
    tone: Tone
    """`good`: nothing is wrong; `bad`: something is; `open`: the capture cannot tell."""
    expects: str
    """What must be seen where it is the cause."""
    findings: tuple[str, ...] = ()
    """Kinds of findings that explain it, the best first: what they advise is the remedy of the verdict."""


CAUSES: dict[str, CauseWords] = {
    "rate_limit": CauseWords(
        "rate limit",
        "bad",
        "After as many connections as the limit within its window, by some way of counting, nobody is served for about "
        "the pause.",
        findings=(
            "root-cause",
            "rollover-404-loop",
            "rate-limit-pattern",
            "scep-pending",
            "retry-synchronisation",
        ),
    ),
    "max_connections": CauseWords(
        "connection limit",
        "bad",
        "Attempts fall when as many connections are open as the server takes (5, 16, the number given, or one that the "
        "capture tells), and pass when fewer are.",
        findings=(
            "concurrent-limit-pattern",
            "max-connections-low",
            "root-cause",
            "rollover-404-loop",
            "retry-synchronisation",
        ),
    ),
    "outage": CauseWords(
        "outage",
        "bad",
        "Nobody is served for a time that no limit explains.",
        findings=(
            "server-down",
            "unreachable",
            "queue-limit-logged",
        ),
    ),
    "no_response": CauseWords(
        "no response",
        "bad",
        "Connections are accepted, requests are delivered, and no response comes: a hung or overloaded application, or "
        "a proxy without its server.",
        findings=("late-answers",),
    ),
    "path_mtu": CauseWords(
        "path MTU", "bad", "Full-size segments are never acknowledged, small ones are: a black hole on the path."
    ),
    "loss": CauseWords(
        "loss",
        "bad",
        "Packets of every kind are lost alike, one by one; the control is the loss of what is no SYN.",
        findings=("loss",),
    ),
    "selective_drop": CauseWords(
        "SYNs dropped",
        "bad",
        "SYNs are dropped and other packets are not: a policer (its rate and burst are told where the pattern does), a "
        "filter, a full queue, or one of several real servers down.",
        findings=(
            "loss",
            "server-pauses",
        ),
    ),
    "stale_connections": CauseWords(
        "stale connections",
        "bad",
        "SYNs on addresses and ports of connections that the server still holds are answered otherwise.",
    ),
    "blocked_client": CauseWords(
        "blocked client",
        "bad",
        "Certain clients are never served, or from a certain moment on no longer, while others are: an access list, a "
        "route, a firewall's table.",
        findings=("client-blocked",),
    ),
    "refused": CauseWords(
        "refused", "bad", "RSTs answer a share of the attempts, in no pattern of a limit.", findings=("port-refused",)
    ),
    "error_responses": CauseWords(
        "error responses",
        "bad",
        "The server takes the attempts and answers, and what it answers are errors: overload, a gateway without its "
        "server, or most of what is asked rejected.",
        findings=(
            "root-cause",
            "rollover-404-loop",
            "error-responses",
            "scep-rejected",
        ),
    ),
    "path": CauseWords(
        "path",
        "bad",
        "What one side sends does not reach the other: seen at one capture point and not at the other, or answered and "
        "never completed.",
        findings=("lost-between",),
    ),
    "capture": CauseWords(
        "capture incomplete",
        "open",
        "The capture, not the server, is missing packets, or holds one direction only.",
        findings=("capture-incomplete",),
    ),
    "over_limit_unthrottled": CauseWords(
        "over the limit, not throttled",
        "bad",
        "More than the limit is accepted within its window and everybody is served: it is not the limit of IOS.",
        findings=(
            "over-limit-unthrottled",
            "retry-synchronisation",
        ),
    ),
    "healthy": CauseWords("healthy", "good", "Nearly everybody who asked was served."),
    "insufficient": CauseWords(
        "too little evidence", "open", "Too little was captured to say.", findings=("capture-incomplete",)
    ),
}
"""By their names in every table and in the JSON (design, "Judgement")."""
