"""Which product of the catalogue is meant: by the customer's words, by what they bought, by asking."""

from collections.abc import Callable, Sequence

from bot.model import Choice, Json, Kind, Source
from bot.records import Line, Order, Product
from bot.story import Case, Question

MOST = 9  # products offered in one question
Fits = Callable[[Product], bool]


def words_of(case: Case) -> str:
    """The words of the wish that began the story."""
    return str((case.answers.get("wish") or {}).get("text", ""))


def kind_of(case: Case) -> str:
    """What of its intent the wish is about, where that was clear."""
    return str((case.answers.get("wish") or {}).get("kind", ""))


def source_of(product: Product) -> tuple[Source, ...]:
    return (Source(record=f"products/{product.id}"),)


def product_of(case: Case, line: Line) -> Product | None:
    records = case.world.records
    return (records.product(line.product_id) if line.product_id else None) or records.product_of_sku(line.sku)


def bought(case: Case) -> tuple[Product, ...]:
    """What this sender's orders had in them, each once, the latest first."""
    return _products(case, case.world.orders)


def named_products(case: Case) -> tuple[Product, ...]:
    """The products that the customer's words name: their own things first where these are named, else the catalogue's;
    several when it is not clear which."""
    wanted = set(case.heard("products"))
    lines = [line for order in case.world.orders for line in order.lines if line.id in wanted]
    own = _each_once([product for line in lines if (product := product_of(case, line))])
    found = tuple(case.world.records.find_products(words_of(case)))
    both = tuple(product for product in found if product in own)
    return both or found or own


def which_product(case: Case, key: str, *, fits: Fits = lambda product: True) -> Product | None:
    """The product meant. Asked about where the words do not tell; None for one the catalogue does not have."""
    candidates = named_products(case) or _spoken_of(case, fits)
    if candidates:
        return case.need(_choice(case, candidates, key))
    said = case.need(Question("product_words", Kind.TEXT, key, _words, {"products": []}))
    found = tuple(case.world.records.find_products(said))
    return case.need(_choice(case, found, key)) if found else None


def _spoken_of(case: Case, fits: Fits) -> tuple[Product, ...]:
    """What the order last spoken of had in it, else what was bought at all, as far as it fits."""
    focused = case.world.order(case.world.focus) if case.world.focus else None
    for products in (_products(case, [focused] if focused else []), bought(case)):
        fitting = tuple(product for product in products if fits(product))
        if fitting:
            return fitting
    return ()


def _choice(case: Case, candidates: Sequence[Product], key: str) -> Question[Product]:
    shown = tuple(candidates[:MOST])
    return Question(
        "product",
        Kind.CHOICE,
        key,
        lambda answer: _product(case, answer),
        {"products": [product.title for product in shown]},
        tuple(Choice(id=product.id, title=product.title, words=(product.title,)) for product in shown),
        presumed=shown[0].id if len(shown) == 1 else None,
    )


def _product(case: Case, answer: Json) -> Product | None:
    return case.world.records.product(answer) if isinstance(answer, str) else None


def _products(case: Case, orders: Sequence[Order]) -> tuple[Product, ...]:
    return _each_once([found for order in orders for line in order.lines if (found := product_of(case, line))])


def _each_once(products: Sequence[Product]) -> tuple[Product, ...]:
    return tuple({product.id: product for product in products}.values())


def _words(answer: Json) -> str | None:
    return answer if isinstance(answer, str) and answer.strip() else None
