"""Engine 2: the same rules as one SQL text over typed tables, for a whole hospital.

Emits only a small subset that DuckDB and Spark read alike; never touches data itself.
"""

from trialwright.logic.sql.compile import Compiled, compile_rules

__all__ = ["Compiled", "compile_rules"]
