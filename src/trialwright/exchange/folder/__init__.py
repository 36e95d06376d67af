"""Study folders on disk and in the wheel: their texts, and the studies and scenarios in them.

Never interprets a file itself and never writes one; a file it cannot read is named, not passed over.
"""

from trialwright.exchange.folder.read import (
    bundled_studies,
    find_study,
    read_folder,
    read_scenarios,
    read_study,
)

__all__ = ["bundled_studies", "find_study", "read_folder", "read_scenarios", "read_study"]
