"""Who acts in a rehearsal: one account for each role at each site, named as the fixture accounts are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from trialwright.study.delegation import DelegationTable

PREFERRED = (
    "coordinator",
    "nurse",
    "investigator",
    "pharmacist",
    "monitor",
    "data_manager",
    "sponsor",
)
"""Who does what several may do, where a story names nobody."""


@dataclass
class Team:
    """The accounts of a rehearsal and the roles they hold; `sites` in their order."""

    table: DelegationTable
    sites: tuple[str, ...]
    _holders: dict[tuple[str, str], str] = field(default_factory=dict)

    def roles(self) -> Iterator[tuple[str, str]]:
        """Every role with the site where it is held, '' for the study; the opening account's apart."""
        for role in self.table.roles:
            if role.scope == "study":
                if role.id != self.table.opens:
                    yield role.id, ""
            else:
                for site in self.sites:
                    yield role.id, site

    def account(self, role: str, site: str = "") -> str:
        """The account that holds a role now: `coordinator_a` at the first site, `monitor` for the study."""
        key = role, site if self._scope(role) == "site" else ""
        return self._holders.get(key) or self._named(*key)

    def successor(self, role: str, site: str, *, number: int) -> str:
        """The account of somebody who may take over a role."""
        return f"{self._named(role, site)}_{number}"

    def hand_over(self, role: str, site: str, account: str) -> None:
        """Let an account hold a role from now on."""
        self._holders[role, site] = account

    def who_may(self, action: str, *wanted: str, at_site: bool = True) -> str:
        """The first of the wanted roles, or else of all, that may do an action; raises `LookupError`."""
        able = [role.id for role in self.table.roles if role.may_do(action, at_site=at_site)]
        ranked = [*wanted, *PREFERRED, *able]
        found = next((role for role in ranked if role in able), None)
        if found is None:
            raise LookupError(f"no role of the delegation table may {action}")
        return found

    def is_of_site(self, role: str) -> bool:
        """Whether a role is held at a site."""
        return self._scope(role) == "site"

    def _named(self, role: str, site: str) -> str:
        return f"{role}_{_letter(self.sites.index(site))}" if site else role

    def _scope(self, role: str) -> str:
        found = self.table.role(role)
        return found.scope if found else ""


def _letter(index: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
