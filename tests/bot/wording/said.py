"""Which template keys the code says, and with which facts, read off its source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SAYING = {
    "say": 0,
    "end": 0,
    "leave": 0,
    "refuse": 0,
    "_asked": 4,
    "which_lines": 3,
    "write": 0,
    "mail_shop": 0,
    "confirm": 1,
    "choose": 1,
    "_told": 2,
    "_tell_parcels": 1,
}
UNSEEN = ("_asked", "which_lines")  # they give the facts themselves
TROUBLE = {"order", "shipment"}  # what mending.Trouble gives to everything it says
KEY = re.compile(r"[a-z_]+(\.[a-z_]+)*")
NOT_FACTS = {"sources", "key", "choices", "about", "proposed"}


class Said:
    """A place in the code that says a key. `facts` are the names given, None where the source does not show them."""

    def __init__(self, key: str, facts: frozenset[str] | None, place: str) -> None:
        self.key, self.facts, self.place = key, facts, place


def modules() -> list[Path]:
    flows = [*(ROOT / "bot").glob("*.py"), *(ROOT / "bot/flows").glob("*.py"), *(ROOT / "storage").glob("*.py")]
    return sorted([*flows, *(ROOT / "channels").rglob("*.py"), *(ROOT / "console").rglob("*.py")])


def all_said() -> list[Said]:
    return [said for path in modules() for said in said_in(path)]


def said_in(path: Path) -> Iterator[Said]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    yield from _call(node, function, path)


def _call(node: ast.Call, function: ast.FunctionDef, path: Path) -> Iterator[Said]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    place = f"{path.name}:{node.lineno}"
    if name == "Say":
        named = {word.arg: word.value for word in node.keywords}
        for key in _keys(named["key"]) if "key" in named else ():
            yield Said(key, _names(named.get("facts"), function), place)
    elif name == "Question":
        named = dict(zip(("name", "kind", "key", "read", "facts"), node.args, strict=False))
        named |= {word.arg: word.value for word in node.keywords if word.arg}
        facts = _names(named.get("facts"), function)
        for part in ("key", "refused"):
            for key in _keys(named[part]) if part in named else ():
                yield Said(key, facts, place)
    elif name in SAYING and len(node.args) > SAYING[name]:
        own = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in ("trouble", "self")
        for key in _keys(node.args[SAYING[name]]):
            suffixes = ("_done", "_pending") if name == "_told" else ("",)
            yield from (Said(key + suffix, _given(node, name, own, function), place) for suffix in suffixes)


def _given(node: ast.Call, name: str, own: bool, function: ast.FunctionDef) -> frozenset[str] | None:
    names: set[str] = set()
    if (own and name in ("say", "end", "choose")) or name == "_told":
        names |= TROUBLE
    if name in UNSEEN:
        return None
    if name in ("write", "mail_shop"):
        return _names(node.args[SAYING[name] + 1], function)
    if name == "_tell_parcels":
        return frozenset({"order", "shipments"})
    for word in node.keywords:
        if word.arg is None:
            more = _names(word.value, function)
            if more is None:
                return None
            names |= more
        elif word.arg not in NOT_FACTS:
            names.add(word.arg)
    return frozenset(names)


def _names(node: ast.expr | None, function: ast.FunctionDef) -> frozenset[str] | None:
    if node is None:
        return frozenset()
    if (
        isinstance(node, ast.Attribute)
        and node.attr == "facts"
        and getattr(node.value, "id", "") in ("trouble", "self")
    ):
        return frozenset(TROUBLE)
    if isinstance(node, ast.Name):
        return _assigned(node.id, function)
    if not isinstance(node, ast.Dict):
        return None
    names: set[str] = set()
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            more = _names(value, function)
            if more is None:
                return None
            names |= more
        elif isinstance(key, ast.Constant):
            names.add(str(key.value))
    return frozenset(names)


def _assigned(name: str, function: ast.FunctionDef) -> frozenset[str] | None:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return _names(node.value, function)
    return None


def _keys(node: ast.expr) -> tuple[str, ...]:
    """The keys an expression may be: a text, either of two, or a text with a part still open, shown as `*`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if isinstance(node, ast.IfExp):
        return (*_keys(node.body), *_keys(node.orelse))
    if isinstance(node, ast.JoinedStr):
        return ("".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values),)
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant):
        return (f"{node.left.value}*",)
    return ()


def texts() -> Iterator[tuple[str, str]]:
    """Every text in the code that has the form of a key with a dot, and where it stands."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
                yield node.value, f"{path.name}:{node.lineno}"
