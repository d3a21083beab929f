"""The sandbox templates run in: they can format facts, choose between words and list a few things, nothing else.

Which constructions there are is an allow-list over the parsed template, checked once at load; Jinja's own sandbox
stands behind it. Nothing can be called, computed or included, so a template's cost is bounded by its own length.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import WordingError
from bot.wording.filters import FILTERS

MOST_OUTPUT = 20_000
DEEPEST_LOOP = 2

ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.Filter,
    nodes.Test,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
    nodes.List,
    nodes.Tuple,
    nodes.Keyword,
)
NAMES: dict[type[nodes.Node], str] = {
    nodes.Call: "calling something",
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% import %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.FilterBlock: "{% filter %}",
}
TESTS = frozenset({"defined", "none", "odd", "even", "divisibleby", "eq", "ne", "lt", "gt", "le", "ge", "in"})


class _Environment(ImmutableSandboxedEnvironment):
    """Facts are dicts: `order.lines` is the entry, never a method of dict."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002
        return False


def _refuse_nothing(value: Any) -> Any:
    """Nothing is ever said as "None": a fact that is not known has to be asked for with {% if %}."""
    if value is None:
        raise NotKnownError
    return value


class NotKnownError(Exception):
    """A template says a fact that is not known this time."""


def make_environment() -> ImmutableSandboxedEnvironment:
    """The one environment of a process; holds no facts."""
    environment = _Environment(
        undefined=StrictUndefined,
        autoescape=False,  # plain text; the mail channel escapes what it puts into HTML
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_refuse_nothing,
        cache_size=0,
    )
    environment.globals.clear()
    environment.filters = dict(FILTERS)
    environment.tests = {name: test for name, test in environment.tests.items() if name in TESTS}
    return environment


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong on a template's own 1-based line."""

    line: int
    what: str
    suggestion: str = ""


#: A line that ends with a tag and holds more than tags keeps its line break; a line of tags alone vanishes.
_ENDS_WITH_TAG = re.compile(r"(?<![-+])([%#]})[ \t]*$")
_TAGS_ALONE = re.compile(r"(?:\s*(?:{%(?:(?!%}).)*%}|{#(?:(?!#}).)*#}))*\s*")


def _keep_line_breaks(text: str) -> str:
    return "\n".join(
        line if _TAGS_ALONE.fullmatch(line) else _ENDS_WITH_TAG.sub(r"+\1", line) for line in text.split("\n")
    )


def parse(environment: ImmutableSandboxedEnvironment, text: str) -> tuple[nodes.Template | None, tuple[Wrong, ...]]:
    """The parsed template and every construction in it that is not allowed; None when it cannot be parsed."""
    try:
        tree = environment.parse(_keep_line_breaks(text))
    except TemplateSyntaxError as error:
        return None, (Wrong(error.lineno, f"template: {error.message}", _tip(error.message or "")),)
    wrong = tuple(_forbidden(tree, 0))
    return tree, wrong


def compile_text(environment: ImmutableSandboxedEnvironment, tree: nodes.Template) -> Template:
    code = environment.compile(tree)
    return environment.template_class.from_code(environment, code, environment.make_globals(None))


class LazyTemplate:
    """A text that was found clean before, compiled when it is first said.

    Threads that say it first at the same moment each compile it, and each gets the same: nothing has to wait.
    """

    __slots__ = ("_environment", "_made", "_text")

    def __init__(self, environment: ImmutableSandboxedEnvironment, text: str) -> None:
        self._environment = environment
        self._text = text
        self._made: Template | None = None

    def generate(self, facts: Mapping[str, Any]) -> Iterator[str]:
        """As Template.generate. WordingError for a text that is not allowed, whoever said that it was clean."""
        made = self._made
        if made is None:
            made = self._made = self._compiled()
        return made.generate(facts)

    def _compiled(self) -> Template:
        tree, wrong = parse(self._environment, self._text)
        if tree is None or wrong:
            raise WordingError(wrong[0].what)
        try:
            return compile_text(self._environment, tree)
        except TemplateSyntaxError as error:
            raise WordingError(f"template: {error.message}") from error


def _forbidden(node: nodes.Node, loops: int) -> Iterator[Wrong]:
    if not isinstance(node, ALLOWED):
        name = NAMES.get(type(node), type(node).__name__.lower())
        yield Wrong(
            node.lineno, f"{name} is not allowed in a template", "templates only format the facts they are given"
        )
        return
    if isinstance(node, nodes.Getattr | nodes.Name) and str(getattr(node, "attr", None) or node.name).startswith("_"):  # type: ignore[union-attr]
        yield Wrong(node.lineno, "names beginning with _ are not allowed in a template")
        return
    if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
        yield Wrong(node.lineno, "only a fixed place such as lines[0] is allowed in brackets")
        return
    if isinstance(node, nodes.For):
        loops += 1
        if loops > DEEPEST_LOOP or node.recursive:
            yield Wrong(node.lineno, f"loops may be nested {DEEPEST_LOOP} deep at most")
            return
    for child in node.iter_child_nodes():
        yield from _forbidden(child, loops)


def _tip(message: str) -> str:
    tips = {
        "end of print statement": "facts are {{ order.number }}, filters {{ order.total|money }}",
        "unexpected end of template": "is an {% endif %} or {% endfor %} missing?",
        "Unexpected end of template": "is an {% endif %} or {% endfor %} missing?",
        "expected token 'end of statement block'": "close the block with %}",
        "Encountered unknown tag": "there are {% if %}, {% elif %}, {% else %}, {% endif %}, {% for %}, {% endfor %}",
        "No filter named": "filters: " + ", ".join(sorted(FILTERS)),
        "unexpected char": "is a quote or a bracket missing?",
    }
    return next((tip for sign, tip in tips.items() if sign in message), "")
