"""Made-up people: the synthetic hospital, and later virtual participants who walk through the actions.

Everything here is labelled synthetic. Chance enters only through a seed given by the caller, never from the clock.
Must never ask the engines for a verdict: what is written as the truth was chosen before the facts were made.
"""

from trialwright.simulation.hospital import (
    BATCH,
    GENERATOR,
    REFERENCE_DATE,
    Batch,
    build_hospital,
    write_hospital,
)

__all__ = ["BATCH", "GENERATOR", "REFERENCE_DATE", "Batch", "build_hospital", "write_hospital"]
