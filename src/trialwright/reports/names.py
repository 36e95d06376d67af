"""The ids of a study definition as names in files: letters, digits and underscores, told apart whatever the case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_OTHER = re.compile(r"[^A-Za-z0-9_]+")


def plain_names(ids: Iterable[str]) -> Mapping[str, str]:
    """Give each id the name under which a data set, a file or a figure can be about it.

    An id of a definition may hold capitals, `_`, `.`, `+` and `-`; a name of a data set has no `.`, `+` and `-`, and file
    systems do not all tell capitals apart. So these become `_`, and an id whose name is taken gets the next number:
    `Site_01`, `site-01` give `Site_01`, `site_01_2`. The order of `ids` decides, so it must be one that stays.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for id in dict.fromkeys(ids):
        plain = name = _OTHER.sub("_", id)
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{plain}_{number}"
        taken.add(name.lower())
        names[id] = name
    return names
