"""Follows a chain and says of each event whether it can stand where it stands; the rules are in `steps` and `sites`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trialwright.exchange.archive import entered, sites, steps
from trialwright.exchange.archive.at import At
from trialwright.exchange.archive.course import Course
from trialwright.exchange.archive.known import KnownStudy
from trialwright.study.model import Study
from trialwright.terms.message import Message, message


class Order:
    """What was recorded so far. `study_at` gives the definition of a version; `held`: the roles that are held."""

    def __init__(self, study_at: Callable[[str], Study], held: set[tuple[str, str, str]]) -> None:
        self._study_at = study_at
        self._known: dict[str, KnownStudy] = {}
        self._study = sites.StudyThen(self.known, held)
        self._courses = self._study.courses

    def known(self, version: str) -> KnownStudy:
        """A version of the definition by its names."""
        if version not in self._known:
            self._known[version] = KnownStudy(self._study_at(version))
        return self._known[version]

    def follow(self, written: Mapping[str, Any]) -> Message | None:
        """Take in the next event, or say why it cannot be the next."""
        site, version, kind = written["site"], written["study_version"], written["type"]
        place = self._study.sites.get(site)
        if version != ((place.version if place is not None else "") or self._study.opening or version):
            return message("Another version of the definition was in force there.")
        if place is None and site and kind != "site_opened":
            return message("The site {site} is not open.", site=site)
        known = self._known.get(version) or self.known(version)
        if kind in steps.STEPS and (kind != "masked" or written["stream"] in self._courses):
            return self._participant(written, known, place)
        return self._other(written, known)

    def _other(self, written: Mapping[str, Any], known: KnownStudy) -> Message | None:
        of = sites.Of(self._study, written, written["data"], written["stream"].partition("/")[2], known)
        found = sites.find_problem(of)
        if found is None:
            self._study.take(written)
        return found

    def _participant(
        self, written: Mapping[str, Any], known: KnownStudy, place: sites.SiteThen | None
    ) -> Message | None:
        stream, site, kind, data = written["stream"], written["site"], written["type"], written["data"]
        course = self._courses.get(stream) or Course(site)
        if site != course.site and (kind != "masked" or site):
            return message("It was done at another site than it belongs to.")
        if place is not None and not place.version:
            return message("The site {site} has approved no version of the study yet.", site=site)
        found = steps.find_problem(At(course, written, data, known, place))
        if found is None:
            course.take(kind, data)
            if steps.STEPS[kind].makes:
                course.reached.add(kind)
                self._courses[stream] = course
        return found

    def entered(self, written: Mapping[str, Any], texts: Mapping[str, str | None]) -> Message | None:
        """What was typed for the event that was taken in last, and is none of what can stand there.

        `texts`: by digest; None where it is masked.
        """
        course = self._courses.get(written["stream"])
        return entered.find_problem(written, course, self._known[written["study_version"]], texts)


__all__ = ["Order"]
