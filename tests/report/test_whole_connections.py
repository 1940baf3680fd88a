from __future__ import annotations

import numpy as np

from pcapinspect.address import halves
from pcapinspect.packets.batch import Packets
from pcapinspect.report.whole_connections import WholeConnections
from pcapinspect.tcp.connections import Connections
from tests.report.example import table

Ends = tuple[str, int, str, int]
A, B = ("10.0.0.1", 1000, "192.0.2.1", 80), ("10.0.0.2", 1000, "192.0.2.1", 80)


def connections(*rows: tuple[Ends, int, int]) -> Connections:
    """Ends, file and first frame of each."""
    made = []
    for (client, client_port, server, server_port), file, frame in rows:
        (high, low), (server_high, server_low) = halves(client), halves(server)
        made.append({
            "client_high": high, "client_low": low, "client_port": client_port, "server_high": server_high,
            "server_low": server_low, "server_port": server_port, "file": file, "first_frame": frame,
        })  # fmt: skip
    found: Connections = table(Connections, made)
    return found


def packets(*rows: tuple[Ends, int, int]) -> Packets:
    """Ends (source first), file and frame of each."""
    made = []
    for (source, source_port, target, target_port), file, frame in rows:
        (high, low), (target_high, target_low) = halves(source), halves(target)
        made.append({
            "src_high": high, "src_low": low, "src_port": source_port, "dst_high": target_high,
            "dst_low": target_low, "dst_port": target_port, "file": file, "frame": frame,
        })  # fmt: skip
    found: Packets = table(Packets, made)
    return found


def back(ends: Ends) -> Ends:
    return ends[2], ends[3], ends[0], ends[1]


def taken(whole: WholeConnections, file: int = 0) -> list[int]:
    return whole.frames(file).tolist()


def test_both_directions_of_the_chosen_one() -> None:
    whole = WholeConnections(connections((A, 0, 1), (B, 0, 2)), np.array([0]))
    whole.feed(packets((A, 0, 1), (B, 0, 2), (back(A), 0, 3), (back(B), 0, 4)))
    whole.feed(packets((A, 0, 9)))
    assert taken(whole) == [1, 3, 9]


def test_a_later_attempt_on_the_same_ports_is_not_taken() -> None:
    both = connections((A, 0, 1), (A, 0, 5))
    seen = packets(*((A, 0, frame) for frame in (1, 2, 5, 6)))
    for chosen, frames in ((0, [1, 2]), (1, [5, 6])):
        whole = WholeConnections(both, np.array([chosen]))
        whole.feed(seen)
        assert taken(whole) == frames


def test_files_that_overlap_in_time_are_read_in_turns() -> None:
    whole = WholeConnections(connections((A, 1, 1), (A, 0, 5)), np.array([1]))
    whole.feed(packets((A, 1, 1), (back(A), 0, 4), (A, 0, 5), (back(A), 1, 2)))
    assert taken(whole, 0) == [5]
    assert taken(whole, 1) == [2]


def test_frames_are_of_their_files() -> None:
    whole = WholeConnections(connections((A, 0, 7)), np.array([0]))
    whole.feed(packets((A, 0, 7), (back(A), 1, 2)))
    assert taken(whole, 0) == [7]
    assert taken(whole, 1) == [2]
    assert taken(whole, 2) == []


def test_a_connection_of_a_host_with_itself_is_not_torn_apart() -> None:
    loop = ("127.0.0.1", 4000, "127.0.0.1", 80)
    whole = WholeConnections(connections((loop, 0, 1)), np.array([0]))
    whole.feed(packets((loop, 0, 1), (back(loop), 0, 2), (("127.0.0.1", 80, "127.0.0.1", 80), 0, 3)))
    assert taken(whole) == [1, 2]
