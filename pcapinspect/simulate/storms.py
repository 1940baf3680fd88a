"""The scenarios of a server with a rate limit that more routers call than it takes."""

from __future__ import annotations

from pcapinspect.simulate.clients import Population
from pcapinspect.simulate.demand import enrolling, rollover, storm
from pcapinspect.simulate.limits import Outage, RateLimit
from pcapinspect.simulate.model import Scenario
from pcapinspect.simulate.path import PathSettings
from pcapinspect.simulate.settings import ServerSettings
from pcapinspect.simulate.tap import TapSettings

STORMS = (
    Scenario(
        name="storm",
        description="Routers poll GetNextCACert before the shadow certificate exists; as more of them join, the server "
        "passes 80 accepts in a rolling minute and stops listening for 15 s, again and again.",
        minutes=11,
        populations=(
            rollover(80, spread=240.0),
            rollover(40, spread=240.0, stack="ios-impatient", network="10.22"),
            enrolling(8),
        ),
        servers=(ServerSettings(rate=RateLimit()),),
    ),
    storm(
        "storm-fixed-accepts",
        "The limit counts accepts in fixed minutes that begin 23 s into the calendar's.",
        RateLimit(grid="fixed", phase=23.0),
    ),
    storm(
        "storm-fixed-attempts",
        "The limit counts attempts in calendar minutes, answered or not, and goes on counting after a pause.",
        RateLimit(grid="fixed", counts="attempts", rearm=False),
    ),
    storm(
        "storm-rolling-syns",
        "The limit counts SYN packets of a rolling minute, from zero after each pause.",
        RateLimit(counts="syns"),
    ),
    storm(
        "storm-rolling-requests",
        "The limit counts HTTP requests of a rolling minute.",
        RateLimit(counts="requests"),
    ),
    storm(
        "storm-rolling-on",
        "The limit counts accepts of a rolling minute and forgets nothing in a pause.",
        RateLimit(rearm=False),
    ),
    storm(
        "storm-40-30-10",
        "Another release: 40 accepts in 30 s, then a pause of 10 s.",
        RateLimit(limit=40, window=30.0, pause=10.0),
    ),
    storm(
        "storm-100-60-30",
        "Another release: 100 accepts in a minute, then a pause of 30 s.",
        RateLimit(limit=100, pause=30.0),
    ),
    storm(
        "storm-in-step",
        "All routers poll in the same few seconds of each minute.",
        populations=(rollover(130, 45.0, spread=4.0, jitter=0.02),),
    ),
    storm(
        "storm-linux",
        "The clients are Linux hosts: SYNs again after 1, 3, 7, 15 and 31 s.",
        populations=(rollover(120, stack="linux"),),
    ),
    storm(
        "storm-nat",
        "All routers call from behind three NAT addresses.",
        populations=(rollover(110, behind=3), enrolling(12, 120.0, behind=2)),
    ),
    storm(
        "storm-ipv6-vlan",
        "The storm over IPv6, captured on a trunk with VLAN tags.",
        populations=(rollover(120, network="2001:db8:20::"),),
        servers=(ServerSettings(ip="2001:db8::80", rate=RateLimit()),),
        tap=TapSettings(vlan=42),
    ),
    storm(
        "storm-refusing",
        "In the pause the server refuses with RST instead of staying silent.",
        RateLimit(reaction="refusing"),
    ),
    storm(
        "storm-ends",
        "In the fourth minute the shadow certificate is there: routers get it, and most of the load is gone.",
        populations=(rollover(100), rollover(30, stack="ios-impatient", network="10.22")),
        servers=(ServerSettings(rate=RateLimit(), shadow_from=200.0),),
        minutes=8.0,
    ),
    storm(
        "storm-lossy",
        "The storm, on a path that also loses one packet in a hundred each way.",
        path=PathSettings(loss_up_after=0.01, loss_down_before=0.01),
    ),
    storm(
        "storm-span",
        "The storm, captured on a SPAN port that holds every packet twice.",
        tap=TapSettings(span_copies=True),
    ),
    storm(
        "storm-capture-loss",
        "The storm, in a capture that misses 6 % of the packets.",
        tap=TapSettings(loss=0.06),
    ),
    storm(
        "storm-clock-step",
        "In the first pause the clock of the capturing host is set back by 5 s.",
        tap=TapSettings(clock_step=(46.0, -5.0)),
    ),
    storm(
        "storm-cut",
        "The storm, captured from its middle for three and a half minutes.",
        minutes=3.5,
        quiet_start=False,
    ),
    storm(
        "storm-one-way",
        "The storm, but only the packets towards the server were captured.",
        tap=TapSettings(one_way="up"),
    ),
    storm(
        "storm-branch",
        "The storm, captured at a branch with 16 of the routers: the other calls are not in the capture.",
        populations=(
            rollover(80),
            rollover(30, stack="ios-impatient", network="10.22"),
            rollover(16, network="10.24"),
        ),
        tap=TapSettings(only=("10.24.",)),
    ),
    storm(
        "storm-restart",
        "In the storm the server restarts, and is silent for 95 s.",
        servers=(ServerSettings(rate=RateLimit(), outages=(Outage(begin=150, end=245, kind="restart"),)),),
    ),
    storm(
        "overflow",
        "A Linux server whose process reads no connection for 15 s after the 80th in a minute: its queue of 4 fills, "
        "then SYNs are dropped.",
        servers=(ServerSettings(rate=RateLimit(), backlog=4, stack="linux"),),
    ),
    storm(
        "overflow-capture-loss",
        "The same with a queue of 15, in a capture that misses 5 % of the packets.",
        servers=(ServerSettings(rate=RateLimit(), backlog=15, stack="linux"),),
        tap=TapSettings(loss=0.05),
    ),
    storm(
        "storm-icmp",
        "In the pause the server rejects SYNs with ICMP: administratively prohibited.",
        RateLimit(reaction="icmp"),
        minutes=5.0,
    ),
    storm(
        "storm-drop",
        "In the pause every connection is accepted, and nothing more comes (haproxy: silent-drop).",
        RateLimit(reaction="drop"),
        minutes=5.0,
    ),
    storm(
        "storm-abort",
        "In the pause every connection is accepted and reset at once (haproxy: connection reject).",
        RateLimit(reaction="abort"),
        minutes=5.0,
    ),
    storm(
        "storm-queue",
        "A queue of 128 in front of the process that stops reading: every SYN is answered, nobody is served for 15 s.",
        servers=(ServerSettings(rate=RateLimit(), backlog=128, stack="linux"),),
        minutes=5.0,
    ),
    storm(
        "storm-sloppy",
        "A limiter that counts badly: 74 to 86 accepts, and pauses of 15.0 to 16.5 s.",
        RateLimit(sloppy=6, longer=1.5),
    ),
    storm(
        "storm-restarting",
        "The limit counts in fixed minutes, and a new one begins where a pause ends.",
        RateLimit(grid="restarting"),
    ),
    storm(
        "storm-bursts",
        "150 routers poll within 3 s of each minute, by the clock.",
        populations=(rollover(150, 60.0, aligned=True, spread=3.0, jitter=0.002),),
    ),
    storm(
        "storm-bursts-wide",
        "100 routers poll within 8 s of each minute, by the clock.",
        populations=(rollover(100, 60.0, aligned=True, spread=8.0, jitter=0.002),),
    ),
    storm(
        "storm-clock-back",
        "In the middle of the storm the clock of the capturing host is set back by 20 s.",
        tap=TapSettings(clock_step=(205.0, -20.0)),
    ),
    storm(
        "storm-clock-forward",
        "In the middle of the storm the clock of the capturing host is set forward by 20 s.",
        tap=TapSettings(clock_step=(205.0, 20.0)),
    ),
    storm(
        "storm-far-lossy",
        "Captured at the clients, behind a WAN of 150 ms that loses three packets in a hundred each way.",
        path=PathSettings(server_delay=0.15, jitter=0.02, loss_up_after=0.03, loss_down_before=0.03),
    ),
    storm(
        "both-limits-5",
        "The rate limit, and 5 connections at once, which slow answers fill.",
        servers=(ServerSettings(rate=RateLimit(), max_connections=5, service=1.4),),
        minutes=5.0,
    ),
    storm(
        "both-limits-16",
        "The rate limit, and 16 connections at once, 12 of which are held by clients that ask nothing.",
        populations=(rollover(110), Population(routers=12, poll=25.0, spread=20.0, chain=("HOLD",), network="10.23")),
        servers=(ServerSettings(rate=RateLimit(), max_connections=16, service=1.4),),
        minutes=5.0,
    ),
)
