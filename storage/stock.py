"""What is left of a variant: counted under its product's lock. A variant without a count is taken to be there."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select, update

from bot.records import Line, Product, Variant
from storage.doing import Doing
from storage.records import PRODUCTS, VARIANTS


def locked_product(doing: Doing, sku: str) -> Product | None:
    """The product of a SKU as the shop system has it, locked until the end, so that one at a time counts its stock."""
    query = select(PRODUCTS.c.record).join(VARIANTS, VARIANTS.c.product_id == PRODUCTS.c.id)
    record = doing.connection.execute(query.where(VARIANTS.c.sku == sku).with_for_update(of=PRODUCTS)).scalar()
    return Product.model_validate(record) if record else None


def counts(lines: Iterable[Line]) -> dict[str, int]:
    """SKU → how many of it in all."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def variant_of(product: Product | None, sku: str) -> Variant | None:
    variants = product.variants if product else ()
    return next((variant for variant in variants if variant.sku == sku), None)


def enough(doing: Doing, wanted: Mapping[str, int]) -> bool:
    """Whether there is this much of each SKU; what is put back has room however little is left."""
    for sku in sorted(sku for sku, count in wanted.items() if count > 0):
        variant = variant_of(locked_product(doing, sku), sku)
        if variant and variant.stock is not None and variant.stock < wanted[sku]:
            return False
    return True


def take(doing: Doing, wanted: Mapping[str, int]) -> bool:
    """Takes this many of each SKU from stock, or puts them back where the number is negative; all or nothing."""
    if not enough(doing, wanted):
        return False
    for sku, count in sorted(wanted.items()):
        product = locked_product(doing, sku)  # read again: two SKUs may be of one product
        if product and count:
            _count(doing, product, sku, count)
    return True


def _count(doing: Doing, product: Product, sku: str, taken: int) -> None:
    variants = tuple(
        variant.model_copy(update={"stock": variant.stock - taken})
        if variant.sku == sku and variant.stock is not None
        else variant
        for variant in product.variants
    )
    record = product.model_copy(update={"variants": variants}).model_dump(mode="json")
    doing.connection.execute(update(PRODUCTS).where(PRODUCTS.c.source_id == product.id).values(record=record))
