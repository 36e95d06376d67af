"""The archive of the whole course, walked once for each worker; tests that change it take a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.trust.course import walk
from tests.unit.conduct.support import Rehearsal, salts, two_sites
from trialwright.exchange.archive import create_archive
from trialwright.exchange.folder import read_study


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """BEAM with everything done once, in an archive; it is only read."""
    folder = tmp_path_factory.mktemp("course") / "trial"
    archive = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=salts())
    rehearsal = Rehearsal(store=archive)
    walk(rehearsal)
    archive.write_manifest()
    return rehearsal


@pytest.fixture(scope="session")
def closed(walked: Rehearsal) -> Path:
    """The folder of that archive; it is only read."""
    folder: Path = walked.store.folder  # type: ignore[attr-defined]
    return folder


@pytest.fixture
def archive(closed: Path, tmp_path: Path) -> Path:
    """A copy of it to do things to."""
    return shutil.copytree(closed, tmp_path / "trial")
