"""The archive of a trial: definition versions, events, entered texts, manifest; readable without this software.

It is never rewritten, except that a masked text is blanked. `verify` checks it offline and names the first broken row.
"""

from trialwright.exchange.archive.files import ArchiveBroken
from trialwright.exchange.archive.found import Broken
from trialwright.exchange.archive.store import Archive, check_free, create_archive, open_archive
from trialwright.exchange.archive.verify import Seen, Verified, verify_archive
from trialwright.exchange.archive.whole import write_archive

__all__ = [
    "Archive",
    "ArchiveBroken",
    "Broken",
    "Seen",
    "Verified",
    "check_free",
    "create_archive",
    "open_archive",
    "verify_archive",
    "write_archive",
]
