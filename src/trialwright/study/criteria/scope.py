"""What a rule may refer to, and how its parts become nodes of `logic`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeVar

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.reasons import REASONS
from trialwright.study import grammar as g
from trialwright.study.concepts import Concept
from trialwright.study.measures import bridges_of, is_pure, unit_of
from trialwright.terms.dates import Length, parse_length
from trialwright.terms.message import Message, message
from trialwright.terms.units import IncompatibleUnits, UnknownUnit, converter

Lowered = n.Number | n.Condition | n.AnchorDay | n.NamedDay
Found = TypeVar("Found", bound=n.Node | n.Window)
ULN = "ULN"
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


@dataclass(frozen=True, slots=True)
class Kind:
    """A call that may stand in a rule: its name, what it means in one line, an example, and its lowering.

    `named` lists the arguments it takes by name; any other is an error.
    """

    name: str
    meaning: Message
    example: str
    lower: Callable[[g.Call, Scope], Lowered]
    named: tuple[str, ...] = ()


@dataclass
class Scope:
    """The concepts, parameters, definitions and kinds that rules of one study may use.

    `baseline`: in which time a baseline value lies (None: the study has none). `days`: days that the schedule names.
    `events`: intercurrent events of the plan that rules may ask for, by id.
    `results`: where results count from unless a rule says so (None: the screening window). `answers`: where a recorded
    "no" counts from (None: where results do); an older one neither answers nor contradicts.
    """

    concepts: Mapping[str, Concept]
    parameters: Mapping[str, str]
    definitions: Mapping[str, str]
    kinds: Mapping[str, Kind]
    baseline: n.Window | None = None
    days: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    results: n.Window | None = None
    answers: n.Window | None = None
    lowered: dict[str, Lowered] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    same: dict[n.Node | n.Window, Any] = field(default_factory=dict)

    # entry points

    def rule(self, text: str) -> n.Condition:
        """Lower a whole rule to a condition."""
        return self.condition(g.parse_rule(text))

    def condition(self, expression: g.Expression) -> n.Condition:
        """Lower an expression that must be true or false."""
        lowered = self.lower(expression)
        if not isinstance(lowered, n.Condition):
            self.fail(
                expression, message("This is a number, where a condition is needed."), message("Compare it.")
            )
        return lowered

    def number(self, expression: g.Expression) -> n.Number:
        """Lower an expression that must be a number."""
        lowered = self.lower(expression)
        if not isinstance(lowered, n.Number):
            self.fail(
                expression,
                message("This is a condition, where a number is needed."),
                message("Take a number such as latest(...)."),
            )
        return lowered

    def pick(self, expression: g.Expression) -> n.Pick:
        """Lower an expression that must pick one result of one concept."""
        lowered = self.lower(expression)
        if not isinstance(lowered, n.Pick):
            self.fail(
                expression, message("Here one result must be picked."), message("Write latest(concept).")
            )
        return lowered

    def lower(self, expression: g.Expression) -> Lowered:
        """Lower any expression; equal parts become the same object."""
        return self.share(self._lower(expression))

    def share(self, node: Found) -> Found:
        """The one object that stands for all nodes, or windows, equal to this one."""
        return self.same.setdefault(node, node)  # type: ignore[no-any-return]

    def _lower(self, expression: g.Expression) -> Lowered:
        match expression:
            case g.Any(parts=parts):
                return n.Or(tuple(self.condition(part) for part in parts))
            case g.All(parts=parts):
                return n.And(tuple(self.condition(part) for part in parts))
            case g.Negation(part=part):
                return n.Not(self.condition(part))
            case g.Comparison(left=left, operator=operator, right=right):
                return self._comparison(expression, left, operator, right)
            case g.Operation():
                return self._operation(expression)
            case g.Membership(left=left, texts=texts):
                return self._membership(expression, left, texts)
            case g.Quantity(number=number, unit="" | "1"):
                return n.Literal(float(number), number)
            case g.Quantity():
                self.fail(
                    expression,
                    message("{seen} stands alone.", seen=expression.text),
                    message("A quantity with a unit must be compared with something."),
                )
            case g.Name(text=text):
                return self._name(expression, text)
            case g.Call(name=name):
                return self._call(expression, name)
            case _:
                raise TypeError(type(expression).__name__)

    def _name(self, expression: g.Name, text: str) -> Lowered:
        if text == "age":
            return n.Age()
        if text in ("always", "never"):
            return n.Constant(text == "always")
        if text in self.definitions:
            return self._definition(expression, text)
        if text in self.days:
            return n.NamedDay(text)
        known = [*self.definitions, *sorted(self.days), "age", "sex", "always", "never"]
        if text in self.concepts:
            self.fail(
                expression,
                message("{seen} is a concept; say which of its records is meant.", seen=text),
                message("Write latest({seen}), present({seen}, within=...) or another call.", seen=text),
            )
        self.fail(expression, message("`{seen}` is not defined.", seen=text), near(text, known))

    def _definition(self, expression: g.Expression, name: str) -> Lowered:
        self.used.add(name)
        if name in self.open:
            self.fail(
                expression, message("{name} is defined by itself.", name=name), message("Break the circle.")
            )
        if name not in self.lowered:
            self.open.append(name)
            self.lowered[name] = self.lower(g.parse_rule(self.definitions[name]))
            self.open.pop()
        return self.lowered[name]

    def _call(self, call: g.Call, name: str) -> Lowered:
        if name in ASSESSMENTS:
            return self._formula(call)
        kind = self.kinds.get(name)
        if kind is None:
            self.fail(
                call, message("`{seen}` is not a call.", seen=name), near(name, [*self.kinds, *ASSESSMENTS])
            )
        self._check_names(call, kind)
        return kind.lower(call, self)

    def _check_names(self, call: g.Call, kind: Kind) -> None:
        """Refuse an argument by name that the call would ignore: one it does not take, or one written twice."""
        words = [word for word, _ in call.named]
        for word, part in call.named:
            if word not in kind.named:
                others = tuple(other.name for other in self.kinds.values() if word in other.named)
                self.fail(
                    part,
                    message("{name} takes no {word}.", name=call.name, word=word),
                    message("Leave it out; it belongs to: {names}.", names=others)
                    if others
                    else near(word, kind.named),
                )
            if words.count(word) > 1:
                self.fail(
                    part,
                    message("{name} is given {word} more than once.", name=call.name, word=word),
                    message("Leave one of them out."),
                )

    def _formula(self, call: g.Call) -> n.Formula:
        assessment = ASSESSMENTS[call.name]
        wanted = assessment.arguments
        if call.named or len(call.arguments) != len(wanted):
            self.fail(
                call,
                message("{name} takes {count} arguments.", name=call.name, count=len(wanted)),
                message("In this order: {names}.", names=tuple(argument.name for argument in wanted)),
            )
        parts: list[n.Number] = []
        for part, argument in zip(call.arguments, wanted, strict=True):
            if isinstance(part, g.Name) and part.text == "sex":
                parts.append(self.share(n.Female()))
                continue
            number = self.number(part)
            self._agree(part, self.unit_of(number), argument.unit)
            parts.append(number)
        return n.Formula(call.name, tuple(parts), assessment.unit)

    def _agree(self, expression: g.Expression, unit: str, wanted: str) -> None:
        try:
            conversion = converter(unit or "1", wanted or "1", ())
        except (UnknownUnit, IncompatibleUnits):
            conversion = None
        if conversion is None or conversion.factor != 1 or conversion.offset != 0:
            self.fail(
                expression,
                message(
                    "This is in {unit}, the formula needs {wanted}.", unit=unit or "1", wanted=wanted or "1"
                ),
                message("Give the concept the unit {wanted}.", wanted=wanted or "1"),
            )

    # arithmetic

    def _operation(self, whole: g.Operation) -> n.Arithmetic:
        left, right = self._operands(whole)
        units = self.unit_of(left), self.unit_of(right)
        written = any(isinstance(part, n.Literal) and " " in part.text for part in (left, right))
        if whole.operator in "+-" and not written:
            self._one_unit(whole, *units)
        elif whole.operator == "*" and not (is_pure(units[0]) or is_pure(units[1])):
            self.fail(
                whole,
                message("{left} times {right} is no unit that is used here.", left=units[0], right=units[1]),
                message("Multiply with a number without a unit."),
            )
        elif whole.operator == "/":
            if isinstance(right, n.Literal) and right.value == 0:
                self.fail(whole, message("Nothing can be divided by 0."), message("Correct the rule."))
            if not (is_pure(units[1]) or written):
                self._one_unit(whole, *units)
        return n.Arithmetic(whole.operator, left, right)  # type: ignore[arg-type]

    def _operands(self, whole: g.Operation) -> tuple[n.Number, n.Number]:
        """Both sides; a quantity is taken in the unit of the number beside it."""
        if isinstance(whole.left, g.Quantity) and not isinstance(whole.right, g.Quantity):
            right = self.number(whole.right)
            return self._beside(whole, whole.left, right), right
        left = self.number(whole.left)
        if isinstance(whole.right, g.Quantity):
            return left, self._beside(whole, whole.right, left)
        return left, self.number(whole.right)

    def _beside(self, whole: g.Operation, quantity: g.Quantity, number: n.Number) -> n.Number:
        if whole.operator in "*/" and not quantity.unit:
            return self.number(quantity)
        if whole.operator == "*":
            self.fail(
                quantity,
                message("{seen} has a unit, so nothing can be multiplied with it.", seen=quantity.text),
                message("Multiply with a number without a unit."),
            )
        return self.share(self.threshold(quantity, number)[1])

    def _one_unit(self, whole: g.Operation, left: str, right: str) -> None:
        try:
            conversion = converter(right or "1", left or "1", ())
        except (UnknownUnit, IncompatibleUnits):
            conversion = None
        if conversion is None or conversion.factor != 1 or conversion.offset != 0:
            self.fail(
                whole,
                message(
                    "{operator} stands between {left} and {right}.",
                    operator=whole.operator,
                    left=left or "1",
                    right=right or "1",
                ),
                message("Both numbers must be in one unit."),
            )

    # comparisons

    def _comparison(
        self, whole: g.Expression, left: g.Expression, operator: str, right: g.Expression
    ) -> n.Condition:
        if isinstance(left, g.Name) and left.text == "sex" and isinstance(right, g.Name) and operator == "=":
            return self._sex(whole, (right.text,))
        if isinstance(left, g.Quantity):
            left, right, operator = right, left, _MIRROR[operator]
        number = self.number(left)
        if isinstance(right, g.Quantity):
            number, literal = self.threshold(right, number)
            return n.Compare(operator, number, literal)  # type: ignore[arg-type]
        other = self.number(right)
        unit, wanted = self.unit_of(other), self.unit_of(number)
        if unit != wanted:
            self._agree(right, unit, wanted)
        return n.Compare(operator, number, other)  # type: ignore[arg-type]

    def threshold(self, quantity: g.Quantity, number: n.Number) -> tuple[n.Number, n.Literal]:
        """A limit in the unit of the number it is compared with; ULN turns a pick into a ratio."""
        if quantity.unit == ULN:  # a sum or a ratio has no upper limit of its own
            if not isinstance(number, n.Pick) or self.concepts[number.concept].kind != "measurement":
                self.fail(
                    quantity,
                    message("ULN is the upper limit of a laboratory result; this is none."),
                    message("Write it with latest(concept) of a measurement."),
                )
            return self.share(replace(number, quantity="ratio")), n.Literal(
                float(quantity.number), quantity.text
            )
        computed = isinstance(number, n.Arithmetic)
        value = self.convert(
            quantity, self.unit_of(number), bridges_of(number, self.concepts), computed=computed
        )
        return number, n.Literal(value, quantity.text)

    def convert(
        self, quantity: g.Quantity, wanted: str, bridges: tuple[str, ...] = (), *, computed: bool = False
    ) -> float:
        """A quantity in another unit; a missing unit is an error wherever a unit is needed.

        `computed`: it is compared with a sum, difference or multiple, which a unit with its own zero would shift.
        """
        value = float(quantity.number)
        if not quantity.unit and is_pure(wanted):
            return value
        if not quantity.unit:
            self.fail(
                quantity,
                message("{seen} has no unit.", seen=quantity.text),
                message("Write it with its unit, such as {seen} {unit}.", seen=quantity.text, unit=wanted),
            )
        try:
            conversion = converter(quantity.unit, wanted or "1", bridges)
        except UnknownUnit:
            self.fail(
                quantity,
                message("{unit} is not a UCUM unit.", unit=quantity.unit),
                message("Write it in UCUM, such as {unit}.", unit=wanted),
            )
        except IncompatibleUnits:
            self.fail(
                quantity,
                message("{unit} cannot be compared with {wanted}.", unit=quantity.unit, wanted=wanted or "1"),
                message("Use {wanted}, or give the concept a conversion.", wanted=wanted or "1"),
            )
        if computed and conversion.offset:
            self.fail(
                quantity,
                message(
                    "{unit} and {wanted} count from different zeros, so a computed number cannot be converted.",
                    unit=quantity.unit,
                    wanted=wanted,
                ),
                message("Write the quantity in {wanted}.", wanted=wanted),
            )
        return value * conversion.factor + conversion.offset

    def unit_of(self, number: n.Number) -> str:
        """The unit a number is in ('' for a pure number)."""
        return unit_of(number, self.concepts)

    def _membership(self, whole: g.Expression, left: g.Expression, texts: tuple[str, ...]) -> n.Condition:
        if isinstance(left, g.Name) and left.text == "sex":
            return self._sex(whole, texts)
        pick = self.pick(left)
        values = self.concepts[pick.concept].values
        for text in texts:
            if text not in values:
                self.fail(
                    whole,
                    message("{seen} is no value of {name}.", seen=text, name=pick.concept),
                    near(text, values),
                )
        return n.OneOf(pick, texts, tuple(values.index(text) for text in texts))

    def _sex(self, whole: g.Expression, words: tuple[str, ...]) -> n.SexIs:
        allowed = ("female", "male", "other", "unknown")
        for word in words:
            if word not in allowed:
                self.fail(whole, message("{seen} is not a sex.", seen=word), near(word, allowed))
        return n.SexIs(words)

    # arguments of calls

    def concept(self, call: g.Call, expression: g.Expression, kinds: Iterable[str], **traits: Any) -> Concept:
        """The concept an argument names; it must be of one of these kinds."""
        if not isinstance(expression, g.Name):
            self.fail(
                expression,
                message("{name} needs the name of a concept here.", name=call.name),
                message("Name one of the concept list."),
            )
        concept = self.concepts.get(expression.text)
        if concept is None:
            self.fail(
                expression,
                message("{seen} is not in the concept list.", seen=expression.text),
                near(expression.text, self.concepts),
            )
        if concept.kind not in tuple(kinds):
            self.fail(
                expression,
                message("{seen} is a {kind}.", seen=concept.name, kind=concept.kind),
                message("{name} takes: {kinds}.", name=call.name, kinds=tuple(kinds)),
            )
        if traits.get("boolean") and concept.values != ("boolean",):
            self.fail(
                expression,
                message("{seen} is not answered by true and false.", seen=concept.name),
                message("Give it `values: boolean`, or use latest(...) in {{...}}."),
            )
        return concept

    def one(self, call: g.Call) -> g.Expression:
        """The only argument by place."""
        if len(call.arguments) != 1:
            self.fail(
                call,
                message("{name} takes one concept.", name=call.name),
                message("Name one of the concept list."),
            )
        return call.arguments[0]

    def named(self, call: g.Call, word: str) -> g.Expression | None:
        """An argument by name."""
        return dict(call.named).get(word)

    def refuse_unheard(self, expression: g.Expression, words: Iterable[str], place: Message) -> None:
        """Refuse arguments by name that would change nothing where this call stands, such as in another's weight."""
        for word, part in expression.named if isinstance(expression, g.Call) else ():
            if word in tuple(words):
                self.fail(
                    part,
                    message("In {place}, {word} would change nothing.", place=place, word=word),
                    message("Leave it out."),
                )

    def weights(self, call: g.Call, concept: Concept) -> tuple[float, ...]:
        """The weights of a scored item list, in the order of the items concept's values."""
        items = self.concepts.get(concept.items or "")
        assessment = ASSESSMENTS.get(concept.computed_by or "")
        if items is None or assessment is None:
            self.fail(
                call,
                message("{name} cannot be computed from its items.", name=concept.name),
                message("Name a known assessment under `computed_by` and a concept under `items`."),
            )
        try:
            return tuple(assessment.compute_items({value}) for value in items.values)
        except ValueError:
            self.fail(
                call,
                message(
                    "The values of {items} are not the items of {name}.",
                    items=items.name,
                    name=assessment.name,
                ),
                message(
                    "They are: {items}.", items=tuple(argument.name for argument in assessment.arguments)
                ),
            )

    def word(self, expression: g.Expression) -> str:
        """A plain word."""
        if not isinstance(expression, g.Name):
            self.fail(
                expression, message("Here a word is needed."), message("Write a plain word, such as none.")
            )
        return expression.text

    def reason(self, expression: g.Expression | None, default: str) -> str:
        """A reason code."""
        if expression is None:
            return default
        code = self.word(expression)
        if code not in REASONS:
            self.fail(expression, message("{seen} is not a reason code.", seen=code), near(code, REASONS))
        return code

    def length(self, expression: g.Expression) -> Length:
        """A length of time: a quantity in d, wk, mo or a, or the name of a parameter."""
        text = expression.text if isinstance(expression, g.Quantity | g.Name) else ""
        try:
            return parse_length(self.parameters.get(text, text))
        except ValueError:
            self.fail(
                expression,
                message("{seen} is not a length of time.", seen=text or message("This")),
                message("Write it in d, wk, mo or a, such as 28 d, or name a parameter."),
            )

    def window(self, call: g.Call, default: n.Window | None = None) -> n.Window:
        """The window of a call from `within`, `before` and `same_day`."""
        same_day, before, within = (self.named(call, word) for word in ("same_day", "before", "within"))
        if same_day is not None:
            if within is not None or before is not None:
                self.fail(
                    same_day,
                    message("same_day says which day counts; within and before do not go with it."),
                    message("Leave one of them out."),
                )
            other = self.concept(call, same_day, ("finding", "measurement"))
            anchor = self.share(n.AnchorDay(other.name, n.Window()))
            return self.share(n.Window(Length(0, "d"), anchor))
        anchor_day: n.AnchorDay | n.NamedDay | None = None
        if before is not None:
            lowered = self.lower(before)
            if not isinstance(lowered, n.AnchorDay | n.NamedDay):
                self.fail(
                    before,
                    message("This is not a day."),
                    message("Define it with latest_day(...), or name an anchor of the schedule."),
                )
            anchor_day = lowered
        if within is None:
            if default is None or before is not None:
                self.fail(
                    call,
                    message("{name} does not say which time counts.", name=call.name),
                    message("Add within=3 mo, within=ever or within=today."),
                )
            return default
        if isinstance(within, g.Name) and within.text in ("ever", "today"):
            return self.share(n.Window(None if within.text == "ever" else Length(0, "d"), anchor_day))
        return self.share(n.Window(self.length(within), anchor_day))

    @property
    def default_window(self) -> n.Window:
        """The window in which results count where a rule names none."""
        return self.share(self.results) if self.results is not None else self.screening_window

    @property
    def answer_window(self) -> n.Window:
        """The window in which a recorded "no" counts."""
        return self.share(self.answers) if self.answers is not None else self.default_window

    @property
    def screening_window(self) -> n.Window:
        """The window in which results and answers count at screening: the parameter `screening_window`."""
        if "screening_window" not in self.parameters:
            raise RuleErrorAtStart(
                message("The parameter screening_window is not given."),
                message("Add it under parameters, such as `screening_window: 28 d`."),
            )
        return self.share(n.Window(parse_length(self.parameters["screening_window"])))

    def fail(self, expression: g.Expression, sentence: Message, cure: Message) -> NoReturn:
        """Refuse the rule at a place."""
        raise g.RuleError(sentence, cure, expression.at)


class RuleErrorAtStart(g.RuleError):
    """A rule that lacks something outside its own text."""

    def __init__(self, sentence: Message, cure: Message) -> None:
        super().__init__(sentence, cure, 0)


def near(seen: str, known: Iterable[str]) -> Message:
    """A cure that guesses what was meant."""
    found = difflib.get_close_matches(seen, list(known), n=1)
    return (
        message("Did you mean {near}?", near=found[0])
        if found
        else message("Known are: {known}.", known=tuple(known))
    )
