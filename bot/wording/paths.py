"""Which facts a template names, checked against what its key is given: `order.nubmer` is caught at load."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes
from rapidfuzz import process

from bot.records import Money
from bot.wording.filters import FILTERS
from bot.wording.sandbox import TESTS, Wrong

ANY = object()  # a value whose parts cannot be known
LOOP = dict.fromkeys(("index", "index0", "first", "last", "length"), 1)


@dataclass(frozen=True, slots=True)
class Walk:
    """What was found in one template: mistakes, and each fact named with the line that names it first."""

    facts: Mapping[str, Any]
    wrong: list[Wrong] = field(default_factory=list)
    named: dict[str, int] = field(default_factory=dict)

    def visit(self, node: nodes.Node, scope: Mapping[str, tuple[str, Any]]) -> None:
        if isinstance(node, nodes.For):
            self._loop(node, scope)
            return
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem | nodes.Filter):
            self.resolve(node, scope)
            return
        if isinstance(node, nodes.Test) and node.name not in TESTS:
            self.wrong.append(Wrong(node.lineno, f"there is no test {node.name!r}", closest(node.name, sorted(TESTS))))
        for child in node.iter_child_nodes():
            self.visit(child, scope)

    def _loop(self, node: nodes.For, scope: Mapping[str, tuple[str, Any]]) -> None:
        path, value = self.resolve(node.iter, scope)
        if not isinstance(node.target, nodes.Name):
            self.wrong.append(Wrong(node.lineno, "a loop gives one name", "write {% for line in order.lines %}"))
            return
        if value is not ANY and not isinstance(value, list | tuple):
            self.wrong.append(Wrong(node.lineno, f"{path or 'this'} is not a list"))
        item = value[0] if isinstance(value, list | tuple) and value else ANY
        inner = {**scope, node.target.name: (f"{path}[]", item), "loop": ("loop", LOOP)}
        for child in (*node.body, *([node.test] if node.test else [])):
            self.visit(child, inner)
        for child in node.else_:
            self.visit(child, scope)

    def resolve(self, node: nodes.Node, scope: Mapping[str, tuple[str, Any]]) -> tuple[str, Any]:
        """The dotted path and sample value an expression names; ANY when it is computed."""
        if isinstance(node, nodes.Name):
            return self._name(node, scope)
        if isinstance(node, nodes.Getattr):
            return self._part(node.lineno, *self.resolve(node.node, scope), node.attr)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            path, value = self.resolve(node.node, scope)
            if isinstance(node.arg.value, int):
                return path, value[0] if isinstance(value, list | tuple) and value else ANY
            return self._part(node.lineno, path, value, str(node.arg.value))
        if isinstance(node, nodes.Filter):
            return self._filter(node, scope)
        self.visit(node, scope)
        return "", ANY

    def _name(self, node: nodes.Name, scope: Mapping[str, tuple[str, Any]]) -> tuple[str, Any]:
        if node.name in scope:
            return scope[node.name]
        if node.name in self.facts:
            self.named.setdefault(node.name, node.lineno)
            return node.name, self.facts[node.name]
        known = sorted({*self.facts, *scope})
        self.wrong.append(
            Wrong(node.lineno, f"{node.name} is not known here", closest(node.name, known) or _known(known))
        )
        return node.name, ANY

    def _part(self, line: int, path: str, value: Any, name: str) -> tuple[str, Any]:
        whole = f"{path}.{name}"
        if value is ANY:
            return whole, ANY
        parts = parts_of(value)
        if name in parts:
            self.named.setdefault(whole, line)
            return whole, parts[name]
        near = closest(whole, [f"{path}.{part}" for part in parts])
        self.wrong.append(Wrong(line, f"{whole} is not known", near or _known(sorted(parts))))
        return whole, ANY

    def _filter(self, node: nodes.Filter, scope: Mapping[str, tuple[str, Any]]) -> tuple[str, Any]:
        path, value = self.resolve(node.node, scope) if node.node else ("", ANY)
        for child in (*node.args, *node.kwargs):
            self.visit(child, scope)
        if node.name not in FILTERS:
            tip = closest(node.name, sorted(FILTERS)) or "filters: " + ", ".join(sorted(FILTERS))
            self.wrong.append(Wrong(node.lineno, f"there is no filter {node.name!r}", tip))
        if node.name in ("first", "last") and isinstance(value, list | tuple) and value:
            return path, value[0]
        return "", ANY


def walk(tree: nodes.Template, facts: Mapping[str, Any]) -> Walk:
    found = Walk(facts)
    found.visit(tree, {})
    return found


def parts_of(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    return {"amount": value.amount, "currency": value.currency} if isinstance(value, Money) else {}


def fact_paths(value: Any, path: str) -> Iterator[str]:
    """The dotted paths of what a fact holds that is one value, not a list or a view."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from fact_paths(part, f"{path}.{name}")
    elif not isinstance(value, list | tuple):
        yield path


def closest(word: str, known: list[str]) -> str:
    """`did you mean …?` for the nearest known word, or nothing when none is near."""
    found = process.extractOne(word, known, score_cutoff=70)
    return f"did you mean {found[0]}?" if found else ""


def _known(names: list[str]) -> str:
    return "known: " + ", ".join(names) if names else "it has no parts"
