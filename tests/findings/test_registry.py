from __future__ import annotations

from dataclasses import replace

import numpy as np

from pcapinspect.findings.finding import SEVERITIES
from pcapinspect.findings.registry import MOST_OF_A_KIND, find
from pcapinspect.tcp.connections import REFUSED
from tests.findings.scene import Scene


def test_the_worst_come_first() -> None:
    from tests.report import example

    severities = [SEVERITIES.index(finding.severity) for finding in find(example.analysis())]
    assert severities == sorted(severities, reverse=True)


def many_servers(number: int) -> Scene:
    scene = Scene()
    for server in range(number):
        scene.attempt("10.0.0.1", {10 * server + 1: server}, outcome=REFUSED, answer=(10 * server + 2, server + 0.1))
    return scene


def test_servers_of_one_kind_have_ids_of_their_own_and_are_not_told_without_end() -> None:
    number = MOST_OF_A_KIND + 5
    analysis = many_servers(number).analysis()
    one = analysis.load.servers[0]
    servers = tuple(replace(one, ip=f"192.0.2.{n}", refused=1, attempts=1) for n in range(number))
    load = replace(analysis.load, servers=servers, server_of_connection=np.arange(number))
    findings = find(replace(analysis, load=load))
    assert len(findings) == MOST_OF_A_KIND
    assert findings[3].id == "port-refused@192.0.2.3:80"
    assert findings[3].frames == ((0, 31), (0, 32))
    assert findings[-1].explanation.endswith("5 more servers have the same finding.")


def test_one_server_has_a_plain_id() -> None:
    assert [finding.id for finding in find(many_servers(1).analysis())] == ["port-refused"]


def test_no_server_no_finding() -> None:
    analysis = Scene().analysis()
    load = replace(analysis.load, servers=())
    assert find(replace(analysis, load=load)) == ()
