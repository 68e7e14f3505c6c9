"""Where a ledger may lie, judged by a table of mounts."""

from pathlib import PurePosixPath

import pytest

from assetferry.ledger.ground import network_kind

MOUNTS = r"""
overlay / overlay rw,relatime 0 0
/dev/sda1 /home ext4 rw 0 0
server:/export /home/shared nfs4 rw,vers=4.2 0 0
//nas/team /mnt/team\040drive cifs rw 0 0
me@host:/ /mnt/ssh fuse.sshfs rw 0 0
/dev/sdb1 /mnt/ssh/local xfs rw 0 0
gone:/x /data nfs rw 0 0
/dev/sdc1 /data ext4 rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/assetferry", None),
        ("/home/me/.local/share/assetferry", None),
        ("/home/shared", "nfs4"),
        ("/home/shared/me/assetferry", "nfs4"),
        # A name that begins alike is another folder.
        ("/home/sharedtoo/assetferry", None),
        ("/mnt/team drive/assetferry", "cifs"),
        ("/mnt/ssh/assetferry", "fuse.sshfs"),
        ("/mnt/ssh/local/assetferry", None),
        # The later of two mounts on one place is what is seen.
        ("/data/assetferry", None),
    ],
)
def test_a_network_file_system_is_found_by_its_mount(path: str, kind: str | None) -> None:
    """The innermost mount counts, blanks in its name and all."""
    assert network_kind(PurePosixPath(path), MOUNTS) == kind


def test_an_unreadable_table_refuses_nothing() -> None:
    """Where nothing is known nothing is refused."""
    assert network_kind(PurePosixPath("/x"), "") is None
