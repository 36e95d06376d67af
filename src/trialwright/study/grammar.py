"""The small grammar in which rules are written, parsed to a tree; what the calls mean is in `study.criteria`.

rule       = and-terms joined by "or";  "and" binds tighter, "not" tightest
comparison = sum (< | <= | > | >= | =) sum, chained as in 18 a <= age <= 75 a;  term "in" { text, text }
sum        = products joined by + and -;  product = terms joined by * and /
term       = number [unit] | name | name(argument, name=argument, ...) | ( rule )
unit       = UCUM, or ULN for multiples of the result's own upper limit;  it ends at a blank
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from trialwright.terms.message import Message, message


class RuleError(ValueError):
    """A rule that cannot be understood: what is wrong, at which character (from 0) of its text, and the cure."""

    def __init__(self, sentence: Message, cure: Message, at: int) -> None:
        super().__init__(sentence.template)
        self.message = sentence
        self.cure = cure
        self.at = at


@dataclass(frozen=True, slots=True)
class Expression:
    """Any part of a rule, with the character at which it starts."""

    at: int


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A word: a definition, a concept, age, sex, always, never."""

    text: str


@dataclass(frozen=True, slots=True)
class Quantity(Expression):
    """A number with its unit ('' where none is written)."""

    number: str
    unit: str

    @property
    def text(self) -> str:
        """The quantity as written."""
        return f"{self.number} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A word with arguments, by place and by name."""

    name: str
    arguments: tuple[Expression, ...]
    named: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """`left operator right`; a chain is an `All` of comparisons."""

    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Membership(Expression):
    """`left in {texts}`."""

    left: Expression
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation(Expression):
    """`left operator right`, one of + - * /."""

    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True, slots=True)
class All(Expression):
    """Parts joined by "and"."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Any(Expression):
    """Parts joined by "or"."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negation(Expression):
    """`not part`."""

    part: Expression


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int
    unit: str = ""


_KEYWORDS = frozenset({"and", "or", "not", "in"})
_LONGEST, _DEEPEST, _DIGITS = 20_000, 50, 30
"""The most characters of a rule, expressions one inside the other, and digits of a number: what people can still read."""
_OPERATORS = ("<=", ">=", "<", ">", "=")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<word>[A-Za-z_]\w*)|(?P<sign><=|>=|[<>=(),{}*/+-]))"
)
_CODED = re.compile(r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<word>[A-Za-z_][\w+]*)|(?P<sign>[,}]))")
_UNIT_START = re.compile(
    r"\s*(?=/?[A-Za-z%\[{]|10[*^])"
)  # a slash that touches what follows begins a unit: 5 /uL


def parse_rule(text: str) -> Expression:
    """Parse a rule; raises `RuleError` naming the place."""
    if len(text) > _LONGEST:
        raise RuleError(
            message(
                "A rule is at most {most} characters long; this one has {count}.",
                most=f"{_LONGEST:,}",
                count=f"{len(text):,}",
            ),
            message("Give parts of it a name in the definitions, and use the names here."),
            _LONGEST,
        )
    return _Parser(list(_tokens(text)), len(text)).rule()


def _tokens(text: str) -> Iterator[_Token]:
    position, braces = 0, False
    while text[position:].strip():
        match = (_CODED if braces else _TOKEN).match(text, position)
        if match is None:
            at = position + len(text[position:]) - len(text[position:].lstrip())
            raise RuleError(
                message("`{seen}` does not belong in a rule.", seen=text[at : at + 12]),
                message(
                    "Rules use and, or, not, comparisons, quantities with units, and calls such as latest(alt)."
                ),
                at,
            )
        kind = match.lastgroup or ""
        at, position = match.start(kind), match.end()
        if kind == "number" and len(match[kind]) > _DIGITS:
            raise RuleError(
                message("A number has at most {most} digits.", most=_DIGITS),
                message("Write it shorter, or in a larger unit."),
                at,
            )
        unit = ""
        if kind == "number" and not braces:
            unit, position = _unit(text, position)
        yield _Token(kind, match[kind], at, unit)
        braces = match[kind] == "{" or (braces and match[kind] != "}")


def _unit(text: str, position: int) -> tuple[str, int]:
    """The unit that follows a number: up to white space, a comma, or a bracket that was not opened in it."""
    start = _UNIT_START.match(text, position)
    if start is None:
        return "", position
    begin = end = start.end()
    depth = 0
    while end < len(text) and not text[end].isspace():
        if text[end] in "([{":
            depth += 1
        elif text[end] in ")]}":
            if depth == 0:
                break
            depth -= 1
        elif text[end] in ",<>=" and depth == 0:
            break
        end += 1
    unit = text[begin:end]
    return ("", position) if unit in _KEYWORDS else (unit, end)


class _Parser:
    def __init__(self, tokens: list[_Token], length: int) -> None:
        self.tokens = tokens
        self.index = 0
        self.length = length
        self.depth = 0

    def rule(self) -> Expression:
        expression = self.any()
        if self.peek() is not None:
            self.fail(message("The rule should end here."))
        return expression

    def peek(self, *texts: str) -> _Token | None:
        token = self.tokens[self.index] if self.index < len(self.tokens) else None
        return token if token is not None and (not texts or token.text in texts) else None

    def take(self, *texts: str) -> _Token:
        token = self.peek(*texts)
        if token is None:
            self.fail(message("Here {expected} is missing.", expected=" / ".join(texts) or message("a term")))
        self.index += 1
        return token

    def within(self, opening: _Token, *texts: str) -> _Token:
        """Take what goes on or closes behind an opened bracket; at the end of the rule the bracket is not closed."""
        if self.peek() is not None:
            return self.take(*texts)
        raise RuleError(
            message(
                "The bracket {bracket} opened at column {column} of the rule is not closed.",
                bracket=opening.text,
                column=opening.at + 1,
            ),
            message("Close it with {bracket} where it should end.", bracket=texts[-1]),
            opening.at,
        )

    def fail(self, sentence: Message) -> NoReturn:
        token = self.peek()
        raise RuleError(
            sentence,
            message("Seen was `{seen}`.", seen=token.text if token else message("the end of the rule")),
            token.at if token else self.length,
        )

    def deeper(self) -> None:
        """Go one expression further in; what is nested too deep is refused where that begins."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail(
                message("More than {count} expressions stand one inside the other here.", count=_DEEPEST)
            )

    def any(self) -> Expression:
        self.deeper()
        parts = [self.all()]
        while self.peek("or"):
            self.take("or")
            parts.append(self.all())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Any(parts[0].at, tuple(parts))

    def all(self) -> Expression:
        parts = [self.negation()]
        while self.peek("and"):
            self.take("and")
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else All(parts[0].at, tuple(parts))

    def negation(self) -> Expression:
        if token := self.peek("not"):
            self.take("not")
            self.deeper()
            inside = self.negation()
            self.depth -= 1
            return Negation(token.at, inside)
        return self.comparison()

    def comparison(self) -> Expression:
        left = self.sum()
        if self.peek("in"):
            self.take("in")
            return Membership(left.at, left, self.texts())
        parts: list[Expression] = []
        while operator := self.peek(*_OPERATORS):
            self.take()
            right = self.sum()
            parts.append(Comparison(left.at, left, operator.text, right))
            left = right
        if not parts:
            return left
        return parts[0] if len(parts) == 1 else All(parts[0].at, tuple(parts))

    def sum(self) -> Expression:
        left, outside = self.product(), self.depth
        while operator := self.peek("+", "-"):
            self.take()
            self.deeper()
            left = Operation(left.at, left, operator.text, self.product())
        self.depth = outside
        return left

    def product(self) -> Expression:
        left, outside = self.term(), self.depth
        while operator := self.peek("*", "/"):
            self.take()
            self.deeper()
            left = Operation(left.at, left, operator.text, self.term())
        self.depth = outside
        return left

    def texts(self) -> tuple[str, ...]:
        opening = self.take("{")
        texts = [self.take().text]
        while self.peek(","):
            self.take(",")
            texts.append(self.take().text)
        self.within(opening, ",", "}")
        return tuple(texts)

    def term(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            return Quantity(token.at, token.text, token.unit)
        if token.text == "(":
            inside = self.any()
            self.within(token, ")")
            return inside
        if token.kind != "word" or token.text in _KEYWORDS:
            self.index -= 1
            self.fail(message("Here a term is missing."))
        if not self.peek("("):
            return Name(token.at, token.text)
        opening = self.take("(")
        arguments: list[Expression] = []
        named: list[tuple[str, Expression]] = []
        while not self.peek(")"):
            if arguments or named:
                self.within(opening, ",", ")")
            word = self.peek()
            following = self.tokens[self.index + 1] if self.index + 1 < len(self.tokens) else None
            if word and word.kind == "word" and following and following.text == "=" and word.text != "sex":
                self.take()
                self.take("=")
                named.append((word.text, self.any()))
            else:
                arguments.append(self.any())
        self.take(")")
        return Call(token.at, token.text, tuple(arguments), tuple(named))
