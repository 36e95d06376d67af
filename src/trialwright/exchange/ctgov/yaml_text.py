"""Plain data as YAML a person likes to edit: block style, long texts as blocks, every scalar a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import yaml

from trialwright.exchange.ctgov.vocabulary import unescape

Plain = str | Sequence["Plain"] | Mapping[str, "Plain"]

NOT_STATED: Mapping[str, str] = {"en": "Not stated in the record.", "zh": "登记记录未说明。"}


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _write_text)


def write_yaml(data: Mapping[str, Plain], *, comment: str) -> str:
    """Write data as YAML under a comment; texts only, in the order given, without anchors or tags."""
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return head + yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, default_flow_style=False
    )


def only_english(text: str) -> dict[str, Plain]:
    """A text of the record; the registry has no Chinese, and none is invented."""
    return {"en": unescape(text), "zh": ""}


def maybe_english(text: str) -> dict[str, Plain] | None:
    """A text of the record, or nothing where it is empty."""
    return only_english(text) if text else None


def clean(pairs: Iterable[tuple[str, Plain | None]]) -> dict[str, Plain]:
    """Keep the entries that hold something."""
    return {name: value for name, value in pairs if value not in (None, "", [], {})}
