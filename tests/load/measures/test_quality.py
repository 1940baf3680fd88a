"""What the capture is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from build import Made, steady

from pcapinspect.capture.inputs import InputFile
from pcapinspect.http.exchanges import HttpQuality
from pcapinspect.load.measures.quality import assess, one_way
from pcapinspect.tcp.connections import Connections, TcpQuality


def connections(**columns: int) -> Connections:
    made = Made()
    steady(made, 0, 10, 1)
    table, _ = made.tables()
    return replace(table, **{name: np.full(len(table), value) for name, value in columns.items()})


def test_connections_that_went_on_without_a_packet_of_the_server_prove_one_direction() -> None:
    assert one_way(connections(packets_down=0)) == "to_server"


def test_so_do_servers_that_speak_to_nobody() -> None:
    assert one_way(connections(packets_up=0)) == "from_server"


def test_two_directions_are_two() -> None:
    assert one_way(connections()) is None


def test_attempts_without_answer_prove_nothing() -> None:
    made = Made()
    for number in range(5):
        made.unanswered("10.1.0.1", float(number))
    assert one_way(made.tables()[0]) is None


def test_one_server_may_be_seen_in_one_direction_only() -> None:
    made = Made()
    steady(made, 0, 5, 1)
    steady(made, 0.5, 5.5, 1, server="10.0.0.81")
    table, _ = made.tables()
    rows = np.flatnonzero(table.server_low == table.server_low[0])
    table.packets_down[rows] = 0
    assert one_way(table, rows) == "to_server"
    assert one_way(table) is None


def test_what_the_files_and_packets_say_is_said() -> None:
    files = [
        InputFile("a.pcap", interface_drops=3, snaplen_cut=5, first_time=100, last_time=200, truncated=True),
        InputFile("b.pcap", clock_jumps=1, first_time=150, last_time=400),
        InputFile("empty.pcap"),
    ]
    tcp = TcpQuality(duplicates=7, gaps=2, acked_unseen=9, synack_not_captured=4)
    found = assess(files, tcp, HttpQuality(messages_cut=1), connections())
    assert (found.drops, found.snaplen_cut, found.clock_jumps, found.truncated) == (3, 5, 1, 1)
    assert (found.first_time, found.last_time) == (100, 400)
    assert (found.duplicates, found.gaps, found.acked_unseen) == (7, 2, 9)
    assert found.share_lost == 4 / 10
    assert len(found.notes) == 8
    assert found.notes[0].startswith("5 packets are cut by the snaplen")


def test_packets_cut_before_their_tcp_header_are_said() -> None:
    file = InputFile("a.pcap", unknown={"cut before the TCP header": 7, "no TCP": 2})
    cut, others = assess([file], TcpQuality(), HttpQuality(), connections()).notes
    assert cut.startswith("7 packets are cut")
    assert others == "2 packets could not be decoded: no TCP (2). `--engine tshark` reads what of it Wireshark knows."


def test_a_whole_capture_needs_no_notes() -> None:
    found = assess([InputFile("a.pcap")], TcpQuality(), HttpQuality(), connections())
    assert found.notes == ()
    assert found.one_way is None
    assert found.share_lost == 0.0


def test_packets_that_could_not_be_decoded_are_named_the_most_frequent_first() -> None:
    files = [
        InputFile("a.pcap", unknown={"link type 147": 7, "IP protocol 50": 2}),
        InputFile("b", unknown={"IP protocol 50": 9}),
    ]
    notes = assess(files, TcpQuality(), HttpQuality(), Connections.empty()).notes
    said = "18 packets could not be decoded: IP protocol 50 (11), link type 147 (7)."
    assert notes == (f"{said} `--engine tshark` reads what of it Wireshark knows.",)
