"""The ground that a SQLite ledger stands on: a local disk that can be written and has room."""

import os
import re
from pathlib import Path, PurePath

from assetferry.ledger.errors import LedgerUnusable

__all__ = ["ensure_ground", "network_kind"]

_MOUNTS = Path("/proc/mounts")
_NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "lustre", "beegfs"),
        *("glusterfs", "gfs2", "ocfs2", "davfs", "sshfs", "s3fs", "rclone", "gcsfuse"),
    }
)
"""Kinds of file systems whose locks and shared memory SQLite cannot rely on."""
_ROOM = 4 * 1024**2
"""Bytes that must be free: less does not even hold the write-ahead log of one chunk."""
_CURE = "Set ASSETFERRY_DATA_DIR to a folder on a local disk"


def ensure_ground(file: Path) -> None:
    """Refuse a place for a ledger where it would be lost or could not grow.

    The file and its folders need not exist. Raises LedgerUnusable with what to do.
    """
    there = _existing(file)
    kind = network_kind(there, _MOUNTS.read_text()) if _MOUNTS.exists() else None
    if kind is not None:
        raise LedgerUnusable(
            f"The ledger {file} would lie on a network file system ({kind}), on which SQLite's "
            f"locks cannot be relied on. {_CURE}, or name a PostgreSQL database with "
            "ASSETFERRY_DATABASE_URL."
        )
    room = os.statvfs(there)
    if room.f_flag & os.ST_RDONLY or not os.access(there, os.W_OK):
        raise LedgerUnusable(
            f"The ledger {file} cannot be written: {there} is read-only for this user. {_CURE} "
            "that belongs to you, or make it writable."
        )
    if room.f_bavail * room.f_frsize < _ROOM:
        raise LedgerUnusable(
            f"The disk of the ledger {file} is full. Make free space, then do the same again: "
            "nothing was lost."
        )


def network_kind(path: PurePath, mounts: str) -> str | None:
    """Name the network file system that a path lies on, by a table such as ``/proc/mounts``.

    None where it is a local one, or an unknown one: pure, and never a reason to stop by itself.
    """
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:  # noqa: PLR2004 # device, mount point, type
            continue
        point = PurePath(_unescaped(fields[1]))
        # Of two mounts on one place the later one hides the earlier.
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    plain = kind.removeprefix("fuse.")
    return kind if plain in _NETWORK else None


def _unescaped(text: str) -> str:
    """Undo the octal escapes of blanks, tabs, line ends and backslashes."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def _existing(file: Path) -> Path:
    there = file.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    return there.resolve()
