"""An EEM applet that counts on the router itself what no IOS command shows: connections accepted a minute.

Cisco's enhancement CSCuj83430 asks for it. `show ip http server statistics` has the total; the applet takes the
difference each minute and logs it from a threshold on. Its lines are read again by `--log`.
"""

from __future__ import annotations

from pcapinspect.settings import Settings

APPLET = "PCAPINSPECT-HTTP"
"""The applet's name: syslog has it in each of its lines."""

NEAR = 0.75
"""Share of the limit from which it is logged: some minutes of growth are left then."""


def applet(settings: Settings) -> tuple[str, ...]:
    """The lines of configuration.

    EEM runs the actions in the order of their labels as text. What an applet must remember until its next run, it
    writes into an environment variable, as applets of Cisco's field routers do.
    """
    near = max(1, round(NEAR * settings.limit))
    return (
        "event manager environment pcapinspect_total 0",
        f"event manager applet {APPLET} authorization bypass",
        " description Connections that the HTTP server accepted since the last run",
        f" event timer watchdog time {settings.window} maxrun {max(10, settings.window // 2)}",
        ' action 010 cli command "enable"',
        ' action 020 cli command "show ip http server statistics"',
        ' action 030 regexp "Accepted connections total: ([0-9]+)" "$_cli_result" line total',
        " action 040 if $_regexp_result ne 1",
        '  action 050 syslog priority warnings msg "accepted connections: no counter found"',
        "  action 060 exit",
        " action 070 end",
        " action 080 subtract $total $pcapinspect_total",
        ' action 090 set accepted "$_result"',
        ' action 100 cli command "configure terminal"',
        ' action 110 cli command "event manager environment pcapinspect_total $total"',
        ' action 120 cli command "end"',
        " action 130 if $pcapinspect_total ne 0",
        f"  action 140 if $accepted ge {near}",
        f'   action 150 syslog priority warnings msg "accepted connections: $accepted in {settings.window} s, '
        f'limit {settings.limit}, total $total"',
        "  action 160 end",
        " action 170 end",
    )


REMARKS = (
    "Not tried on a router: the syntax is that of Cisco's EEM documentation and of applets in use. Try it in a "
    "laboratory first.",
    "A minute's difference is a fixed minute: IOS may count otherwise, so the limit may be passed without a line.",
    "It reads what was accepted; SYNs that were dropped are in no counter.",
    "Each run changes the running configuration (an EEM variable) and writes nothing to the startup configuration; "
    "where each change is logged (`archive log config`, %SYS-5-CONFIG_I), these are logged, too.",
    f"Undo it with `no event manager applet {APPLET}` and `no event manager environment pcapinspect_total`.",
)
"""What to know before it is typed."""
