"""Virtual participants: people who do not exist walk through the actions of a trial, from its opening to its lock.

What is assumed about them stands in the study's simulation.yaml; nothing here knows a form or a visit by its name.
Must never write to a store except through the actions, and never take chance from anything but the seed.
"""

from trialwright.simulation.participants.agenda import RehearsalFault
from trialwright.simulation.participants.rehearse import NoRehearsal, Rehearsal, rehearse

__all__ = ["NoRehearsal", "Rehearsal", "RehearsalFault", "rehearse"]
