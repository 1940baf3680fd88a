"""Every kind of finding and every figure of it, described once: outputs and documentation speak of them in these words.

A finding's `id` is one of KINDS, with the server after an `@` where several servers have it; its figures are named in
`figures` of its kind. To add a finding is to add its file, its line in `registry.py`, and its entry here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Unit = Literal["count", "s", "share", "days", "time", "text"]
"""`s`: a duration in seconds; `share`: 0 to 1; `time`: ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a finding."""

    name: str
    """As in the JSON; a `*` at its end stands for what follows (`responses_404`)."""
    unit: Unit
    label: str
    """What people read beside the value; `{span}` for the window of the limit, `*` as in the name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What all findings of one id have in common."""

    fires: str
    """When there is such a finding."""
    figures: tuple[Figure, ...] = ()

    def figure(self, name: str) -> Figure | None:
        """The description of a figure, its `*` filled in; None for a name that is not described."""
        for figure in self.figures:
            if figure.name == name:
                return figure
            stem = figure.name.removesuffix("*")
            if stem != figure.name and name.startswith(stem):
                return Figure(name, figure.unit, figure.label.replace("*", name.removeprefix(stem)))
        return None


def count(name: str, label: str = "") -> Figure:
    """A figure that counts; its label is its name where nothing better is said."""
    return Figure(name, "count", label or name.replace("_", " "))


def seconds(name: str, label: str) -> Figure:
    return Figure(name, "s", label)


def share(name: str, of: str) -> Figure:
    return Figure(name, "share", f"share of {of}")


def text(name: str, label: str) -> Figure:
    return Figure(name, "text", label)


ATTEMPTS, CLIENTS, EXCHANGES = count("attempts"), count("clients"), count("exchanges")
CITED = (count("frames_in_all", "frames that show it"), count("frames_cited", "of them cited here"))

IN_LOGS = (count("timed", "lines with a known time"), count("in_a_pause", "of them in a pause"))

KINDS: dict[str, Kind] = {
    "root-cause": Kind(
        "Clients repeat GetNextCACert requests that fail, or the capture lies in the window of errors that the timers "
        "of the rollover make: the incident of Cisco TAC note 118734, joined from traffic, certificates, configuration "
        "and logs.",
        (
            text("verdict", "where the capture lies"),
            Figure("window_from", "time", "window of errors from"),
            Figure("window_to", "time", "to"),
            Figure("ca_expiry", "time", "CA certificate expires"),
            Figure("auto_rollover_days_needed", "days", "auto-rollover needed, days"),
            text("basis_of_these_days", "where these days come from"),
            text("these_days_are", "these days are"),
            *CITED,
        ),
    ),
    "server-down": Kind(
        "A server never answered, or was silent far longer than a limit explains.",
        (ATTEMPTS, count("unanswered"), CLIENTS, seconds("silent_seconds_at_least", "silent at least"), *CITED),
    ),
    "server-pauses": Kind(
        "There are intervals in which a server answered nobody who asked, whatever the reason.",
        (
            count("pauses"),
            seconds("silent_seconds_at_least", "silent in all, at least"),
            seconds("longest_seconds_at_least", "the longest, at least"),
            seconds("longest_seconds_at_most", "the longest, at most"),
            count("unanswered_attempts", "attempts that met a pause"),
            count("unanswered_syns", "SYNs that met a pause"),
            count("most_clients_in_a_pause", "most clients in one pause"),
            *CITED,
        ),
    ),
    "rate-limit-pattern": Kind(
        "Pauses of a server fit a limit of connections within a window, and the pause after it.",
        (
            count("pauses_that_fit"),
            count("pauses_in_all"),
            count("least_accepted_in_window_before", "accepted in the {span} before, least"),
            count("most_accepted_in_window_before", "accepted in the {span} before, most"),
            seconds("silence_seconds_at_least", "silent at least"),
            count("limit"),
            count("limit_if_counted_anew", "limit if counted from the last pause on"),
            seconds("window_seconds", "window"),
            seconds("pause_seconds", "pause"),
            seconds("pause_seconds_at_least", "pause, at least"),
            seconds("pause_seconds_at_most", "pause, at most"),
            text("attempts_at_onset", "attempts counted when pauses began"),
            text("syns_at_onset", "SYNs counted when pauses began"),
            text("accepts_at_onset", "accepts counted when pauses began"),
            text("requests_at_onset", "requests counted when pauses began"),
            *CITED,
        ),
    ),
    "concurrent-limit-pattern": Kind(
        "Pauses of a server fit a limit of connections open at once (`ip http max-connections`).",
        (
            count("pauses_that_fit"),
            count("pauses_in_all"),
            text("open_before", "open when they began"),
            count("most_open", "most open at once"),
            seconds("seconds_at_5_or_more", "with 5 or more open"),
            seconds("seconds_at_limit_or_more", "with max-connections or more open"),
            count("max_connections", "max-connections held against it"),
            *CITED,
        ),
    ),
    "port-refused": Kind(
        "A server answered SYNs with RST.", (count("refused"), ATTEMPTS, share("share", "the attempts"), *CITED)
    ),
    "unreachable": Kind(
        "ICMP errors answered SYNs.", (count("unreachable"), ATTEMPTS, share("share", "the attempts"), *CITED)
    ),
    "rollover-404-loop": Kind(
        "A server answered GetNextCACert with errors; clients that ask again and again are the load of note 118734.",
        (
            count("errors"),
            count("responses_*", "responses *"),
            count("granted"),
            share("share_of_exchanges", "the exchanges"),
            CLIENTS,
            count("clients_that_asked_again"),
            seconds("poll_period_seconds", "time between two polls, median"),
            text("labels", "CA identifiers asked for"),
            count("peak_in_window_without_them", "most accepted in {span} without these requests"),
            *CITED,
        ),
    ),
    "error-responses": Kind(
        "A server answered requests with HTTP errors, whatever they asked for.",
        (
            count("errors"),
            count("overload", "overload or a gateway (429, 502, 503, 504)"),
            EXCHANGES,
            share("share_of_exchanges", "the exchanges"),
            *CITED,
        ),
    ),
    "over-limit-unthrottled": Kind(
        "A server accepted more than the limit within its window and never paused.",
        (
            count("peak_accepted_in_window", "most accepted in {span}"),
            count("minutes_over_limit"),
            count("limit"),
            *CITED,
        ),
    ),
    "client-blocked": Kind(
        "Certain clients are never answered while others are, outside of pauses.",
        (
            CLIENTS,
            ATTEMPTS,
            count("syns", "SYNs"),
            share("others_unanswered_share", "the SYNs of others that were not answered"),
            *CITED,
        ),
    ),
    "contrast": Kind(
        "Failed attempts share a mark that served ones lack: ECN bits, an old timestamp, a port, a client, ...",
        (
            text("mark", "mark"),
            count("failed_with_it", "failed, with the mark"),
            count("failed"),
            count("served_with_it", "served, with the mark"),
            count("served"),
            *CITED,
        ),
    ),
    "stale-ports": Kind(
        "A server answered SYNs with neither an acceptance nor a refusal: of an older connection, or wrongly.",
        (count("answered_otherwise"), count("came_in", "came in later"), ATTEMPTS, CLIENTS, *CITED),
    ),
    "syn-flood": Kind(
        "Many SYNs came from addresses that never repeat them, never come in and never return.",
        (
            count("syns", "SYNs"),
            CLIENTS,
            count("half_open", "answered, and never taken"),
            ATTEMPTS,
            share("share", "the attempts"),
            count("syns_a_second", "SYNs a second"),
            *CITED,
        ),
    ),
    "late-answers": Kind(
        "Requests on accepted connections waited long for their response, or got none.",
        (
            count("late", "late responses"),
            count("late_with_retransmissions", "of them with data sent again"),
            count("without_response", "without a response"),
            EXCHANGES,
            share("share", "the exchanges"),
            seconds("longest_seconds", "longest wait"),
            *CITED,
        ),
    ),
    "lost-between": Kind(
        "Packets are at one of two capture points and not at the other.",
        (
            count("attempts_with_a_loss", "attempts that lost something"),
            count("lost_*", "of which first a *"),
            count("never_came", "attempts that never came to the server's point"),
            ATTEMPTS,
            share("share", "the attempts"),
            count("cited_attempts", "attempts whose frames are cited"),
        ),
    ),
    "loss": Kind(
        "Many attempts needed a second SYN while the server answered others.",
        (
            count("repeated", "attempts with a repeated SYN"),
            count("answered_after_a_repeated_syn", "answered after a repeated SYN"),
            ATTEMPTS,
            share("share", "the attempts"),
            seconds("longest_wait_seconds", "longest wait for the answer"),
            *CITED,
        ),
    ),
    "retry-synchronisation": Kind(
        "Periodic clients poll in step, more than chance makes them.",
        (
            CLIENTS,
            seconds("period_seconds", "time between two polls, median"),
            Figure("concentration", "share", "in step (0 % spread, 100 % all at once)"),
            count("attempts_in_busiest_second", "attempts in the busiest second"),
            *CITED,
        ),
    ),
    "scep-rejected": Kind(
        "The last answer to enrolments was pkiStatus FAILURE inside HTTP 200; or a GetCert or GetCRL got it.",
        (
            count("rejected"),
            count("rejected_after_waiting"),
            count("queries_failed", "GetCert and GetCRL failed"),
            *CITED,
        ),
    ),
    "scep-pending": Kind(
        "Enrolments wait, or waited, for someone to grant them, and their clients poll.",
        (
            count("pending", "PENDING answers"),
            count("polls"),
            count("waiting", "wait at last"),
            count("granted_after_waiting"),
            count("rejected_after_waiting"),
            *CITED,
        ),
    ),
    "certificate-ends": Kind(
        "A CA or RA certificate that the server gave out has expired, or ends within 60 days, from which on IOS warns.",
        (
            count("ended", "certificates that ended"),
            count("end_soon", "certificates that end soon"),
            Figure("first_end", "time", "the first of them ends"),
            count("router_certificates_ended"),
        ),
    ),
    "server-shows": Kind(
        "Show output of the server was given: accepted connections between two prints, connections in SYNRCVD, "
        "enrolments that wait.",
        (
            count("accepted_per_minute", "accepted a minute between two prints"),
            count("half_open_connections", "connections in SYNRCVD"),
            count("waiting_enrolments", "enrolments that wait"),
        ),
    ),
    "never-enrols": Kind(
        "Clients ask for the CA certificate four times or more and never send a PKIOperation.",
        (CLIENTS, count("requests"), count("errors"), *CITED),
    ),
    "netflow-load": Kind(
        "Flows show a server in trouble or above its limit.",
        (
            count("dials"),
            count("unanswered"),
            count("refused"),
            CLIENTS,
            count("answered_in_busiest_minute", "answered in the busiest minute"),
            count("minutes_over_limit"),
        ),
    ),
    "queue-limit-logged": Kind(
        "A debug of the server says `connection queue limit reached`.",
        (
            count("lines"),
            CLIENTS,
            *IN_LOGS,
            count("of_other_ports", "lines of other ports"),
            count("not_in_the_capture", "lines of no captured attempt"),
        ),
    ),
    "http-server-disabled": Kind(
        "A log of the CA says that its HTTP server is disabled.", (count("lines"), count("refused"))
    ),
    "enrolment-failed-logged": Kind(
        "Clients' logs say that an enrolment failed, or name an error of their certificate library.",
        (count("lines"), count("failed", "messages of failure")),
    ),
    "connections-failed-logged": Kind(
        "Clients' logs say that connections to the CA failed.",
        (count("socket_timeouts"), count("sends_failed"), *IN_LOGS),
    ),
    "requests-logged": Kind(
        "A debug of the CA or RA says which requests it received.",
        (
            count("requests"),
            count("busiest", "most in {span}"),
            count("transactions"),
            count("requests_*", "requests: *"),
        ),
    ),
    "evidence-conflicts": Kind(
        "Sources contradict each other: configuration, show output, certificates, and what the capture shows.",
        (count("conflicts"),),
    ),
    "evidence-not-used": Kind(
        "Certificate servers or trustpoints were given that are not of this server: told, and not used.",
        (count("not_used"), count("used")),
    ),
    "max-connections-low": Kind(
        "`ip http max-connections` of classic IOS is below what it can hold.",
        (count("max_connections", "max-connections"), count("possible", "possible")),
    ),
    "capture-incomplete": Kind(
        "The capture is known to lack packets or parts of them.",
        (
            text("one_direction_only", "only direction"),
            count("dropped_packets"),
            count("packets_cut_by_the_snaplen"),
            count("files_cut"),
            count("SYN_ACKs_missing", "SYN/ACKs missing"),
            count("ACKs_for_missing_bytes"),
            count("holes_in_payload"),
            count("clock_jumps"),
        ),
    ),
}


def kind_of(id: str) -> str:
    """The kind that a finding's id names: the id without its server."""
    return id.partition("@")[0]


def description(id: str) -> Kind:
    """The kind with all its words; one without any where a saved report has a finding that is not listed."""
    return KINDS.get(kind_of(id), Kind(""))


def undescribed(id: str, figures: Iterable[str]) -> list[str]:
    """The figures of a finding that its kind does not describe."""
    kind = description(id)
    return [name for name in figures if kind.figure(name) is None]
