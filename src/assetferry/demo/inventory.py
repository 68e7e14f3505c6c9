"""The devices of an invented company, each computed from its number alone.

Nothing is stored: ten million devices cost no memory, and device 4711 is the same whatever
the number of devices, the page size or the order of reading.
"""

from datetime import date, timedelta

import msgspec

from .vocabulary import DEPARTMENTS, FAMILY_NAMES, GIVEN_NAMES, MODELS, TITLES

__all__ = ["Device", "Installed", "Owner", "device", "devices"]


class Owner(msgspec.Struct, frozen=True, gc=False):
    """An employee, as nested in each of their devices."""

    email: str
    """Unique; stands for the employee."""
    name: str
    department: str
    title: str
    cost_center: str


class Installed(msgspec.Struct, frozen=True, gc=False):
    """A piece of software on a device."""

    name: str
    version: str
    publisher: str


class Device(msgspec.Struct, frozen=True, gc=False):
    """One record of the service."""

    id: int
    """From 1."""
    serial: str
    """Unique."""
    kind: str
    """laptop, desktop, phone or server."""
    hostname: str
    model: str
    manufacturer: str
    ram_gb: int
    purchased_at: str
    state: str
    """up, down, repair or retired."""
    ip: str
    encrypted: bool
    owner: Owner | None
    software: list[Installed]


_MASK = (1 << 64) - 1
_KINDS = ("laptop",) * 9 + ("desktop",) * 3 + ("phone",) * 3 + ("server",)
_STATES = ("up",) * 12 + ("down", "repair", "retired", "up")
_TITLES_OF_PEOPLE = ("Analyst", "Assistant", "Engineer", "Lead", "Manager", "Specialist")
_FIRST_PURCHASE = date(2020, 1, 2)
_PURCHASES = tuple((_FIRST_PURCHASE + timedelta(days=day)).isoformat() for day in range(2048))
_MODELS = {
    kind: tuple((model.manufacturer, model.name, ram) for model in models for ram in model.ram_gb)
    for kind, models in MODELS.items()
}
_PEOPLE = len(GIVEN_NAMES) * len(FAMILY_NAMES)
_STRIDE = 2_741
"""A prime that divides neither list's length: neighbours get unlike names, none comes twice."""
_SOFTWARE = tuple(
    tuple(
        Installed(title.name, f"{3 + number % 9}.{release}", title.publisher)
        for release in range(4)
    )
    for number, title in enumerate(TITLES)
)


def devices(start: int, stop: int) -> list[Device]:
    """Compute the devices with these places in the list, from 0."""
    return [device(number) for number in range(start + 1, stop + 1)]


def device(number: int) -> Device:
    """Compute a device from its number, from 1."""
    chance = _mixed(number)
    kind = _KINDS[chance & 15]
    models = _MODELS[kind]
    manufacturer, model, ram_gb = models[(chance >> 4 & 0xFFFF) % len(models)]
    host = number % 0xFC0000 + 0x040000
    return Device(
        number,
        # An odd factor: every number of 48 bits has a serial of its own.
        f"{manufacturer[:2].upper()}{number * 0x5DEECE66D & 0xFFFFFFFFFFFF:012X}",
        kind,
        f"{kind}-{number:07}",
        model,
        manufacturer,
        ram_gb,
        _PURCHASES[chance >> 20 & 2047],
        _STATES[chance >> 31 & 15],
        f"10.{host >> 16}.{host >> 8 & 255}.{host & 255}",
        chance >> 35 & 7 != 0,
        None if kind == "server" or chance >> 38 & 15 == 0 else _owner(_employee_of(number)),
        _installed(chance >> 42),
    )


def _employee_of(number: int) -> int:
    """Give who has a device: two of three are somebody's first, the third is one more."""
    hired = number * 2 // 3
    return hired if number % 3 else _mixed(~number & _MASK) % (hired + 1)


def _owner(employee: int) -> Owner:
    again, place = divmod(employee, _PEOPLE)
    family, given = divmod(place * _STRIDE % _PEOPLE, len(GIVEN_NAMES))
    first, last = GIVEN_NAMES[given], FAMILY_NAMES[family]
    namesake = str(again + 1) if again else ""
    chance = _mixed(employee + (1 << 40))
    department = chance % len(DEPARTMENTS)
    return Owner(
        f"{first}.{last}{namesake}@meridian.example".lower(),
        f"{first} {last}",
        DEPARTMENTS[department],
        _TITLES_OF_PEOPLE[(chance >> 8) % len(_TITLES_OF_PEOPLE)],
        f"CC-{100 + department}",
    )


def _installed(chance: int) -> list[Installed]:
    """Choose none to six titles, no title twice: 37 shares no divisor with 200."""
    count = (chance & 0xFF) % 7
    first = (chance >> 8) % len(_SOFTWARE)
    return [
        _SOFTWARE[(first + 37 * step) % len(_SOFTWARE)][(chance + step) & 3]
        for step in range(count)
    ]


def _mixed(number: int) -> int:
    """Scatter a number over 64 bits (the finishing steps of splitmix64)."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ number >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ number >> 27) * 0x94D049BB133111EB) & _MASK
    return number ^ number >> 31
