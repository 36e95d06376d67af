"""Engine 2: the same rules as one SQL script over typed tables, for a whole hospital.

Emits only a small subset that DuckDB and Spark read alike; never touches data itself.
"""

from trialwright.logic.sql.compile import compile_rules
from trialwright.logic.sql.script import Script, Step

__all__ = ["Script", "Step", "compile_rules"]
