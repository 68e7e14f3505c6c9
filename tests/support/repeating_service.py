"""The demo's inventory with repeats in it: equal ones, and ones that contradict the first.

Run as a process with the options of ``assetferry.demo.service``.
"""

import sys

import msgspec

from assetferry.demo import process, service
from assetferry.demo.inventory import Device, device

_EVERY, _CONFLICTING, _EQUAL = 40, 19, 39
"""Of so many places in the list, which hold a device that has been there before."""


def with_repeats(start: int, stop: int) -> list[Device]:
    """Give what stands at these places: every device at its first place is as it always is."""
    return [_at(place) for place in range(start, stop)]


def _at(place: int) -> Device:
    if place % _EVERY == _EQUAL:
        return device(place + 1 - 30)
    if place % _EVERY == _CONFLICTING:
        first = device(place + 1 - 10)
        return msgspec.structs.replace(first, ip="10.0.0.1", ram_gb=first.ram_gb + 1)
    return device(place + 1)


def repeats(devices: int) -> tuple[int, int]:
    """Count the equal and the conflicting repeats in a list of so many places."""
    places = [place % _EVERY for place in range(devices)]
    return places.count(_EQUAL), places.count(_CONFLICTING)


if __name__ == "__main__":
    service.devices = with_repeats  # pyright: ignore[reportPrivateImportUsage]
    process.main(sys.argv[1:])
