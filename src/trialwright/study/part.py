"""What all parts of a study definition share: frozen models, and the shapes of the texts in them.

Every scalar of a study folder arrives as text; quantities stay text ("28 d"), only their shape and unit are
checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from trialwright.study.errors import Unfit
from trialwright.terms.dates import UnreadableDate, parse_date
from trialwright.terms.digits import is_count
from trialwright.terms.message import Message, message

_NUMBER = r"[+-]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?"
NAME = r"^[a-z][a-z0-9_]*$"
ID = r"^[A-Za-z][A-Za-z0-9_.+-]*$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]*\|[^\s|](?:[^|]*[^\s|])?$"
NUMBER = rf"^{_NUMBER}$"
QUANTITY = rf"^{_NUMBER} \S+$"
PARAMETER = rf"^{_NUMBER}(?: \S+)?$"
LENGTH = r"^(?:0|[1-9][0-9]{0,4}) (?:d|wk|mo|a)$"
OFFSET = r"^[+-]?(?:0|[1-9][0-9]{0,4}) (?:d|wk|mo|a)$"
DURATION = r"^(?:0|[1-9][0-9]{0,4})(?:\.[0-9]{1,9})? (?:min|h|d|wk|mo|a)$"
CONVERSION = rf"^{_NUMBER} \S+ = {_NUMBER} \S+$"
TIME_ZONE = r"^[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*$"

SHAPES: Mapping[str, Message] = {
    NAME: message("a name: small letters, digits and underscores, a letter first (urine_protein_24h)"),
    ID: message("an id: letters, digits and any of _ . + -, a letter first (BEL+MT)"),
    CODE: message("a code: the system, an upright bar, the code (loinc|2160-0)"),
    NUMBER: message("a number (0.4)"),
    QUANTITY: message("a number and its UCUM unit with one blank between (1.5 g/(24.h))"),
    PARAMETER: message("a number, or a number and its UCUM unit with one blank between (28 d)"),
    LENGTH: message("a length of time in days, weeks, months or years (28 d, 12 wk, 3 mo, 18 a)"),
    OFFSET: message("a length of time after or before, in days, weeks, months or years (2 wk, -28 d)"),
    DURATION: message("a length of time from minutes to years (30 min, 24 h, 15 d)"),
    CONVERSION: message("two equal quantities (1 mg/dL = 88.4 umol/L)"),
    TIME_ZONE: message("the name of an IANA time zone (Asia/Shanghai)"),
}
"""What each pattern asks for, as words with an example."""


class Part(BaseModel):
    """A piece of a study definition: frozen, and closed to keys nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


def _read_yes_no(text: Any) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if isinstance(text, bool):
        return text
    raise Unfit(message("{seen} is neither true nor false.", seen=str(text)), message("Write true or false."))


def _read_whole(text: Any) -> Any:
    if isinstance(text, str) and is_count(text):
        return int(text)
    if isinstance(text, int):
        return text
    raise Unfit(
        message("{seen} is not a whole number.", seen=str(text)), message("Write digits only, such as 28.")
    )


def _check_date(text: str) -> str:
    try:
        parse_date(text)
    except UnreadableDate as error:
        raise Unfit(
            message("{seen} is not a date.", seen=text),
            message("Write a day, a month or a year as in ISO 8601: 2026-05-28, 2026-05 or 2026."),
        ) from error
    return text


def check_unit(unit: str) -> str:
    """Refuse a text that is no UCUM unit; raises `Unfit`."""
    from trialwright.terms.units import UnknownUnit, parse_unit  # late: models load fast without units

    try:
        parse_unit(unit)
    except UnknownUnit as error:
        raise Unfit(
            message("{unit} is not a known UCUM unit.", unit=unit),
            message("Write it as in UCUM: mg/dL, 10*9/L, g/(24.h), {score}, d, wk, mo, a.", score="{score}"),
        ) from error
    return unit


def _check_quantity(text: str) -> str:
    unit = text.partition(" ")[2]
    if unit:
        check_unit(unit)
    return text


def _check_code(text: str) -> str:
    from trialwright.terms.codes import Coded, Vocabulary  # late: see check_unit

    try:
        Vocabulary([Coded("concept", "condition", (text,))])
    except ValueError as error:
        raise Unfit(
            message("{code} is no code of its system.", code=text),
            message("Correct it; codes look like icd10|M32.1, atc|L04AA06, loinc|2160-0."),
        ) from error
    return text


Words = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=NAME)]
Id = Annotated[str, Field(pattern=ID)]
Code = Annotated[str, Field(pattern=CODE), AfterValidator(_check_code)]
Unit = Annotated[str, Field(min_length=1), AfterValidator(check_unit)]
Number = Annotated[str, Field(pattern=NUMBER, json_schema_extra={"type": ["string", "number"]})]
Quantity = Annotated[str, Field(pattern=QUANTITY), AfterValidator(_check_quantity)]
Parameter = Annotated[
    str,
    Field(pattern=PARAMETER, json_schema_extra={"type": ["string", "number"]}),
    AfterValidator(_check_quantity),
]
Length = Annotated[str, Field(pattern=LENGTH)]
Offset = Annotated[str, Field(pattern=OFFSET)]
Duration = Annotated[str, Field(pattern=DURATION)]
Conversion = Annotated[str, Field(pattern=CONVERSION)]
TimeZone = Annotated[str, Field(pattern=TIME_ZONE)]
Date = Annotated[str, AfterValidator(_check_date), Field(min_length=1)]
Rule = Annotated[str, Field(min_length=1, description="A rule in the study's grammar, one line of text.")]
YesNo = Annotated[
    bool, BeforeValidator(_read_yes_no), WithJsonSchema({"enum": [True, False, "true", "false"]})
]
Whole = Annotated[
    int, BeforeValidator(_read_whole), WithJsonSchema({"type": ["integer", "string"], "pattern": "^[0-9]+$"})
]
