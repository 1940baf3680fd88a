"""Records as rows of bytes -> columns of flows, for all records of a template at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pcapinspect.address import texts
from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64, UInt8, UInt64
from pcapinspect.evidence.netflow import elements as el
from pcapinspect.evidence.netflow.model import Flows
from pcapinspect.evidence.netflow.templates import Template

TCP = 6
MILLISECOND = SECOND // 1000
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970: IPFIX microseconds and nanoseconds are NTP time stamps (RFC 7011, 6.1.9)."""

LEAST_SHARE = 1e-9
"""Of packets: no exporter samples less, and its inverse is a number that columns hold."""

_MAPPED = np.uint64(0xFFFF << 32)


class Rows:
    """The wanted fields of many records of one template, decoded when they are asked for."""

    def __init__(self, template: Template, rows: UInt8, exported: Int64, booted: Int64) -> None:
        """`exported`: time of export, `booted`: when the exporter's uptime was 0 (MISSING: unknown); per record, ns."""
        self._rows = rows
        self._fields = {field.element: field for field in template.fields()}
        self.exported = exported
        self.booted = booted

    def __len__(self) -> int:
        return len(self._rows)

    def number(self, *names: int) -> Int64 | None:
        """The first of the elements that the records hold, as numbers; None where they hold none."""
        for name in names:
            if name in self._fields:
                field = self._fields[name]
                value = np.zeros(len(self._rows), np.uint64)
                for byte in range(field.offset, field.offset + min(field.length, 8)):
                    value = value << np.uint64(8) | self._rows[:, byte].astype(np.uint64)
                return value.view(np.int64)
        return None

    def address(self, ipv4: int, ipv6: int) -> tuple[UInt64, UInt64] | None:
        """Halves of the addresses; None where the records hold neither form."""
        if ipv4 in self._fields and self._fields[ipv4].length == el.ADDRESSES[ipv4]:
            low = self.number(ipv4)
            assert low is not None
            return np.zeros(len(self), np.uint64), low.view(np.uint64) | _MAPPED
        if ipv6 in self._fields and self._fields[ipv6].length == el.ADDRESSES[ipv6]:
            at = self._fields[ipv6].offset
            halves = np.ascontiguousarray(self._rows[:, at : at + 16]).view(">u8").astype(np.uint64)
            return halves[:, 0], halves[:, 1]
        return None

    def time(self, *, start: bool, way: int = 0) -> Int64:
        """First or last packet; the time of export where the records do not say. `way`: 0, or REVERSE."""
        which = 0 if start else 1
        for pair, unit in (
            ((el.START_NANOSECONDS, el.END_NANOSECONDS), 0),
            ((el.START_MICROSECONDS, el.END_MICROSECONDS), 0),
            ((el.START_MILLISECONDS, el.END_MILLISECONDS), MILLISECOND),
            ((el.START_SECONDS, el.END_SECONDS), SECOND),
        ):
            value = self.number(pair[which] | way)
            if value is not None:
                return _from_ntp(value) if unit == 0 else value * unit
        delta = self.number((el.END_DELTA if which else el.START_DELTA) | way)
        if delta is not None:
            return self.exported - delta * 1000
        uptime = self.number((el.LAST_SWITCHED if which else el.FIRST_SWITCHED) | way)
        if uptime is not None:
            return self._from_uptime(uptime)
        if way:
            # RFC 5103 lets the way back leave its times out: then those of the way there hold.
            return self.time(start=start)
        observed = self.number(el.OBSERVATION_MILLISECONDS)
        return observed * MILLISECOND if observed is not None else self.exported

    def _from_uptime(self, uptime: Int64) -> Int64:
        """Uptime is 32 bits of milliseconds and wraps every 49.7 days: a flow never starts after its export."""
        boot = self.number(el.BOOT_MILLISECONDS)
        booted = boot * MILLISECOND if boot is not None else self.booted
        time = booted + uptime * MILLISECOND
        wrapped = time > self.exported + 60 * SECOND
        return np.where(booted == MISSING, self.exported, np.where(wrapped, time - (MILLISECOND << 32), time))

    def flows(self, exporter: str, ports: tuple[int, ...]) -> Flows:
        """The TCP flows towards or from a watched port: of records of both directions, two each."""
        there = self._flows(exporter, ports, 0)
        if not any(element > el.REVERSE for element in self._fields):
            return there
        back = self._flows(exporter, ports, el.REVERSE)
        # A way back of no packets is how a biflow says that nothing came back.
        return Flows.concatenate([there, back.take(back.packets != 0)])

    def _flows(self, exporter: str, ports: tuple[int, ...], way: int) -> Flows:
        source, target = self.address(el.SRC_IPV4, el.SRC_IPV6), self.address(el.DST_IPV4, el.DST_IPV6)
        src_port, dst_port = self.number(el.SRC_PORT), self.number(el.DST_PORT)
        if source is None or target is None or src_port is None or dst_port is None:
            return Flows.empty()
        keep = self.of_ports(ports)
        count = int(keep.sum())
        if way:
            source, target, src_port, dst_port = target, source, dst_port, src_port
        return Flows(
            exporter=np.full(count, exporter, object),
            start=self.time(start=True, way=way)[keep],
            end=self.time(start=False, way=way)[keep],
            src_ip=texts(source[0][keep], source[1][keep]),
            src_port=src_port[keep].astype(np.uint16),
            dst_ip=texts(target[0][keep], target[1][keep]),
            dst_port=dst_port[keep].astype(np.uint16),
            packets=self._or_missing(el.IN_PACKETS | way, el.TOTAL_PACKETS | way)[keep],
            bytes=self._or_missing(el.IN_BYTES | way, el.TOTAL_BYTES | way)[keep],
            tcp_flags=self._or_missing(el.TCP_FLAGS | way)[keep],
            clock=np.full(count, MISSING, np.int64),
            sampling=self._sampling()[keep],
        )

    def of_ports(self, ports: tuple[int, ...]) -> Bool:
        """Which records are of TCP, as far as they say, and towards or from a watched port."""
        keep = np.zeros(len(self), bool)
        for name in (el.SRC_PORT, el.DST_PORT):
            keep |= np.isin(self._or_missing(name), ports)
        protocol = self.number(el.PROTOCOL)
        return keep if protocol is None else keep & (protocol == TCP)

    def _or_missing(self, *names: int) -> Int64:
        value = self.number(*names)
        return np.full(len(self), MISSING, np.int64) if value is None else value

    def _sampling(self) -> Int64:
        """1 packet in so many; MISSING where the records do not say."""
        for said in self._intervals():
            if len(said) and said.max() > 0:
                return said
        return np.full(len(self), MISSING, np.int64)

    def interval(self) -> int | None:
        """Of options records: 1 packet in so many is looked at; None where they say nothing of it."""
        most = int(self._sampling().max(initial=0))
        return most if most > 0 else None

    def _intervals(self) -> Iterator[Int64]:
        """What each way of saying it says."""
        said = self.number(el.SAMPLING_INTERVAL, el.SAMPLER_RANDOM_INTERVAL)
        if said is not None:
            yield said
        for whole, part, more in (
            (el.SKIPPED_PACKETS, el.SAMPLED_PACKETS, 1),
            (el.SAMPLE_POPULATION, el.SAMPLE_SIZE, 0),
            (el.SKIPPED_TIME, el.SAMPLED_TIME, 1),
        ):
            population, size = self.number(whole), self.number(part)
            if population is not None and size is not None:
                ratio = np.rint(population / np.maximum(size, 1)).astype(np.int64) + more
                yield np.where((size > 0) & (population >= 0), ratio, MISSING)
        alone = self.number(el.SAMPLED_PACKETS)
        if alone is not None and self.number(el.SKIPPED_PACKETS) is None:
            yield alone  # so exporters say it whose templates lack the packets that are skipped
        share = self.number(el.SAMPLING_PROBABILITY)
        if share is not None:
            yield _from_share(share, self._fields[el.SAMPLING_PROBABILITY].length)


def _from_share(bits: Int64, size: int) -> Int64:
    """1 packet in so many, of probabilities in the format of IEEE 754, with 32 or 64 bits."""
    share = bits.view(np.float64) if size == 8 else bits.astype(np.uint32).view(np.float32).astype(np.float64)
    usable = (share > LEAST_SHARE) & (share <= 1)
    return np.where(usable, np.rint(1 / np.where(usable, share, 1.0)).astype(np.int64), MISSING)


def _from_ntp(value: Int64) -> Int64:
    """64-bit NTP time stamps: seconds since 1900 above, fractions of 2**-32 s below."""
    bits = value.view(np.uint64)
    seconds = (bits >> np.uint64(32)).astype(np.int64) - NTP_EPOCH
    fraction = (bits & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return seconds * SECOND + (fraction * SECOND >> 32)
