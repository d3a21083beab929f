"""Fifty products with variants in every combination of some of their values, the same in every run."""

import random
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path

import yaml

from bot.records import Line, Product, Variant

FILE = Path(__file__).with_name("catalogue.yaml")
MOST_VARIANTS = 16


@cache
def products() -> dict[str, Product]:
    dice = random.Random(7)
    found = {}
    for title, options in yaml.safe_load(FILE.read_text(encoding="utf-8")).items():
        every = [dict(zip(options, values, strict=True)) for values in product(*options.values())]
        variants = [
            Variant(
                sku=f"{title}-{place}",
                options=values,
                price=Decimal(dice.randrange(1000, 20000)) / 100,
                currency="USD",
                stock=dice.randrange(0, 4),
            )
            for place, values in enumerate(dice.sample(every, min(MOST_VARIANTS, len(every))))
        ]
        found[title] = Product(id=f"p-{title}", title=title, variants=tuple(variants))
    return found


def line(name: str, title: str, quantity: int = 1, **options: str) -> Line:
    """A line of the variant that has these options, in the names of the catalogue with `_` for blanks."""
    wanted = {key.replace("_", " "): value for key, value in options.items()}
    bought = products()[title]
    found = next((one for one in bought.variants if wanted.items() <= one.options.items()), None)
    values = found.options if found else bought.variants[0].options | wanted
    return Line(
        id=name,
        product_id=bought.id,
        sku=found.sku if found else f"{title}-old",
        title=title,
        options=dict(values),
        quantity=quantity,
        price=Decimal("10.00"),
    )
