"""The invented devices: the same for ever, and like a real company's."""

from collections import Counter

import msgspec

from assetferry.demo.inventory import device, devices


def test_demo_service_devices_do_not_depend_on_the_page() -> None:
    """A device is the same alone, on any page, and a million devices later."""
    assert devices(40, 60)[7] == device(48)
    assert msgspec.json.encode(device(1)).startswith(
        b'{"id":1,"serial":"HA0005DEECE66D","kind":"laptop","hostname":"laptop-0000001"'
    )
    assert device(10_000_000).hostname.endswith("-10000000")


def test_demo_service_identities_are_unique() -> None:
    """No two devices share a serial, no two people an address, no device has a title twice."""
    found = devices(0, 20_000)
    assert len({each.serial for each in found}) == len(found)
    people = {each.owner for each in found if each.owner}
    assert len({person.email for person in people}) == len(people)
    for each in found:
        names = [installed.name for installed in each.software]
        assert len(names) == len(set(names))


def test_demo_service_numbers_are_those_of_a_company() -> None:
    """Two people have three devices; some devices have no owner; titles are about 200."""
    found = devices(0, 30_000)
    owners = Counter(each.owner.email for each in found if each.owner)
    assert 0.55 < len(owners) / len(found) < 0.67
    assert max(owners.values()) > 2
    assert all(each.owner is None for each in found if each.kind == "server")
    assert 0.05 < sum(each.owner is None for each in found) / len(found) < 0.2
    titles = {installed.name for each in found for installed in each.software}
    assert len(titles) == 200
    assert {len(each.software) for each in found} == set(range(7))
    assert {each.state for each in found} == {"up", "down", "repair", "retired"}


def test_demo_service_record_is_about_600_bytes() -> None:
    """The benchmarks rely on the size of a record."""
    size = len(msgspec.json.encode(devices(0, 1000))) / 1000
    assert 500 < size < 650
