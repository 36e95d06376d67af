"""A made-up hospital for BEAM: verdicts are chosen first, records are written to fit, both are kept.

Must never import `logic` or `eligibility`: what the engines say about these records is what is being tested.
"""

from trialwright.simulation.hospital.build import (
    BATCH,
    CRITERIA,
    GENERATOR,
    OVERALL,
    REFERENCE_DATE,
    Batch,
    build_hospital,
)
from trialwright.simulation.hospital.write import Format, write_hospital

__all__ = [
    "BATCH",
    "CRITERIA",
    "GENERATOR",
    "OVERALL",
    "REFERENCE_DATE",
    "Batch",
    "Format",
    "build_hospital",
    "write_hospital",
]
