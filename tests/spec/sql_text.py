"""The SQL of a few fixed rules, kept as files, so that a change of it is seen in a diff.

`python -m tests.spec.sql_text` writes the files anew, after a change that was meant.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.spec.running import reads
from tests.spec.spec import FORMULAS, RuleText, lower
from trialwright.logic.interpreter import Setting
from trialwright.logic.sql import compile_rules

FOLDER = Path(__file__).parent / "snapshots"
DIALECTS = ("duckdb", "spark")
RULES = {
    "latest": "latest(serum_creatinine) < 3.0 mg/dL",
    "highest_ratio": "highest(alt, within=28 d) <= 2 ULN",
    "egfr": "ckd_epi_2009(latest(serum_creatinine), age, sex) >= 30 mL/min/{1.73_m2}",
    "present": "not present(mycophenolate, within=12 wk)",
    "before_admission": "not present(antibiotic_iv, within=1 mo, before=latest_day(admission, within=28 d))",
    "same_day": "latest(chronicity_index, same_day=biopsy_class, missing=biopsy_item_missing) < 3 {score}",
    "baseline": "latest(urine_protein_24h) / baseline(urine_protein_24h) < 0.5",
    "course": "not course_days(ciclosporin, within=12 wk) >= 14 d",
    "dose_by_weight": "not max_daily_dose(ivig, within=12 wk, weight=latest(body_weight, within=6 mo)) >= 400 mg/kg/d",
    "items": "items(acr_1997_item) >= 4",
    "score": "latest(sledai_2k) > 10 {score}",
    "unless": "not unless(latest(platelets) < 50 10*9/L, is(cytopenia_due_to_sle))",
}


def sql_text(name: str, dialect: str) -> str:
    """One rule as SQL, laid out in lines."""
    condition = lower(RuleText(name, RULES[name], good=True))
    compiled = compile_rules(
        {"rule": condition},
        on=date(2026, 6, 1),
        setting=Setting("screening", FORMULAS),
        reads={"rule": reads(condition)},
    )
    return str(compiled.tree.sql(dialect=dialect, pretty=True)) + "\n"


def snapshots() -> dict[str, str]:
    """Every rule in every dialect, by file name."""
    return {f"{name}.{dialect}.sql": sql_text(name, dialect) for name in RULES for dialect in DIALECTS}


def write() -> None:
    """Write the files, and delete those of rules that are no more."""
    FOLDER.mkdir(exist_ok=True)
    wanted = snapshots()
    for path in FOLDER.glob("*.sql"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
