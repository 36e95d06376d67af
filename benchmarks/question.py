"""What is asked in every benchmark: all criteria of BEAM as chosen, of a Parquet hospital, in search mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from trialwright.cli.engines import open_hospital
from trialwright.cli.records import read_options
from trialwright.eligibility.search import Judged, Search, judged_lines, plan_search
from trialwright.exchange.csv.hospital import TidyHospital
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.exchange.folder import read_study
from trialwright.exchange.recognise import open_records
from trialwright.logic.interpreter import Setting
from trialwright.simulation.hospital import REFERENCE_DATE
from trialwright.study.rules import FORMULAS, Eligibility, Rule, lower_study
