"""What to do about it, in IOS commands. From Cisco TAC note 118734 unless another source is named."""

from __future__ import annotations

ROLLOVER_EARLIER = (
    "On the CA, make the shadow certificate before any router asks for it: `configure terminal`, `crypto pki server "
    "NAME`, `shutdown`, `auto-rollover DAYS`, `no shutdown`, `end`. The overlap has to be at least (1 - auto-enroll) x "
    "the lifetime of the "
    "routers' certificates; `pcapinspect timers` computes it from the configuration."
)

ROLL_NOW = (
    "On the CA, make the shadow certificate now, without stopping anything: `configure terminal`, `crypto pki server "
    "NAME rollover`, `end`. So that the next one is in time, a longer `auto-rollover` is for a maintenance window; "
    "`pcapinspect timers` computes it from the configuration."
)

ROLL_THE_RA = (
    "Where an RA is in front of the CA, roll it by hand so that it has the shadow certificate: `configure terminal`, "
    "`crypto pki server NAME rollover`, `end`."
)

CHECK_THE_SHADOW = (
    "Check that the shadow certificate is there: `show crypto pki certificates` on CA and RA, and "
    "`show crypto pki server | include Rollover` for the overlap that is in force."
)

MOST_CONNECTIONS = "Let the HTTP server hold as many connections as it can: `ip http max-connections 16`."

SHOW_THE_DROP = (
    "While it is silent, confirm on the server that it discards SYNs: `debug ip tcp transactions address CLIENT` "
    "(15.1 and 15.2: `debug ip tcp packet address CLIENT`) prints `connection queue limit reached`."
)

LOWER_THE_LOAD = (
    "The limit of connections a minute cannot be configured, and no show command has it (CSCuj83430): the requests "
    "have to become fewer."
)

TELNET = (
    "Try it by hand: `telnet SERVER 80` from a router. A connection that opens shows a listening server; one that "
    "times out, an incomplete handshake."
)
