"""Bytes out of bytes, by a seed: what damages files, and what an attacker would try."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

LONGEST = 64 << 10
"""Bytes of an input: readers take large files in pieces, so that more shows nothing new."""

NUMBERS = (0, 1, 4, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutated(seeds: Sequence[bytes], random: Random) -> Iterator[bytes]:
    """Without end: a seed with one to eight changes."""
    while True:
        data = bytearray(random.choice(seeds))
        for _ in range(random.randint(1, 8)):
            random.choice(CHANGES)(data, seeds, random)
        yield bytes(data[:LONGEST])


def _place(data: bytearray, random: Random) -> int:
    return random.randrange(len(data) + 1)


def _stretch(data: bytearray, random: Random) -> slice:
    at = _place(data, random)
    return slice(at, at + random.choice((1, 2, 4, 16, 100, 1000)))


def flip(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def set_number(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    size, at = random.choice((1, 2, 4)), _place(data, random)
    data[at : at + size] = (random.choice(NUMBERS) & (1 << 8 * size) - 1).to_bytes(
        size, random.choice(("big", "little"))
    )


def remove(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    del data[_stretch(data, random)]


def repeat(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    stretch = _stretch(data, random)
    data[stretch.stop : stretch.stop] = data[stretch] * random.choice((1, 2, 50))


def cut(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    del data[_place(data, random) :]


def splice(data: bytearray, seeds: Sequence[bytes], random: Random) -> None:
    other = random.choice(seeds)
    at = random.randrange(len(other) + 1)
    data[_place(data, random) :] = other[at:]


def insert(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    at = _place(data, random)
    data[at:at] = random.randbytes(random.choice((1, 3, 30)))


def insert_digits(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    at = _place(data, random)
    data[at:at] = random.choice((b"0", b"9", b'"', b"-", b"1e9", b" ")) * random.choice((1, 20, 5000))


CHANGES = (flip, set_number, remove, repeat, cut, splice, insert, insert_digits)
