"""The small sample that comes with the BEAM study: a hospital of few people, most of them near the trial."""

from __future__ import annotations

from pathlib import Path

from trialwright.simulation.hospital.write import write_hospital

PEOPLE, SEED, CANDIDATES, VISITS = 90, 11, 0.6, 0.7
README = """# Sample records / 示例数据

SYNTHETIC. Nobody here exists: {people} people made up by `trialwright.simulation.hospital` (seed {seed}),
more than half of them with lupus nephritis, so that a screening of this folder shows every kind of verdict.
Reference date: 2026-11-01. Do not use it as evidence about patients.

合成数据。{people} 名人员均由程序生成（种子 {seed}），其中过半患有狼疮性肾炎，以便筛选时出现各类判定。
参考日期：2026-11-01。不得作为临床证据。

- `persons.csv`, `facts.csv`: the records, tidy form. 人员与记录（规整表格式）。
- `truth.csv`: the verdicts the records were made to fit (search, chosen readings). 预设判定（检索模式、默认解读）。
- `manifest.json`: how the sample was made. 生成参数。

Made anew by `python -m trialwright.simulation.hospital.sample FOLDER` (an empty folder).

用上述命令可在空文件夹中重新生成。
"""


def write_sample(folder: Path) -> None:
    """Write the sample as CSV into a new or empty folder. Raises `FileExistsError` otherwise."""
    write_hospital(folder, PEOPLE, SEED, format="csv", candidates=CANDIDATES, visits=VISITS)
    text = README.format(people=PEOPLE, seed=SEED)
    (folder / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    import sys

    write_sample(Path(sys.argv[1]))
