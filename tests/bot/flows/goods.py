"""What the stories of changes and returns are about: socks and jackets in sizes, and how their owner pays."""

from typing import Any

from bot.records import Order, Product
from tests.bot.stories import customer, order, parcel

VISA = {"id": "visa", "kind": "credit_card", "label": "Visa", "last4": "4242"}
PAYPAL = {"id": "paypal", "kind": "paypal", "label": "PayPal"}
GIFT = {"id": "gift", "kind": "gift_card", "balance": "20.00"}


def _product(name: str, title: str, *variants: tuple[str, str, int], **more: Any) -> Product:
    found = [
        {"sku": f"{name}-{size}", "options": {"size": size}, "price": price, "currency": "USD", "stock": stock}
        for size, price, stock in variants
    ]
    return Product.model_validate({"id": f"p-{name}", "title": title, "variants": found} | more)


SOCKS = _product("SOCKS", "Merino Socks", ("M", "19.00", 9), ("L", "19.00", 9), ("XL", "22.00", 9), ("S", "17.00", 9))
JACKET = _product("JACKET", "Rain Jacket", ("M", "119.00", 5), ("L", "119.00", 0))
SALE = _product("HAT", "Sun Hat", ("M", "15.00", 5), final_sale=True)
GOODS = (SOCKS, JACKET, SALE)


def line(number: str, name: str, size: str = "M", quantity: int = 1) -> dict[str, Any]:
    product = next(one for one in GOODS if one.id == f"p-{name}")
    variant = next(one for one in product.variants if one.options["size"] == size)
    return {
        "id": f"{number}/{name}",
        "product_id": product.id,
        "sku": variant.sku,
        "title": product.title,
        "options": variant.options,
        "quantity": quantity,
        "price": str(variant.price),
    }


def bought(number: str = "FF-1001", *lines: dict[str, Any], method: str | None = "visa", **fields: Any) -> Order:
    """Not shipped: two pairs of socks and a jacket, or these lines; paid by this method."""
    found = list(lines) or [line(number, "SOCKS", quantity=2), line(number, "JACKET")]
    made = order(number, lines=found, **fields)
    paid = [{"kind": "payment", "amount": str(made.total), "method_id": method}]
    return Order.model_validate(made.model_dump(mode="json") | {"payments": paid})


def arrived(number: str = "FF-1001", *lines: dict[str, Any], days: int = 2, **fields: Any) -> Order:
    parcels = [parcel(number, ("delivered", None, 24 * days))]
    return bought(number, *lines, status="delivered", shipments=parcels, **fields)


def owner(*methods: dict[str, Any], **fields: Any) -> Any:
    return customer(payment_methods=list(methods or (VISA, PAYPAL, GIFT)), **fields)


def reason(name: str, words: str = "") -> dict[str, str]:
    return {"reason": name, "words": words}


def items(*told: tuple[str, int | None]) -> list[dict[str, Any]]:
    return [{"id": line_id, "quantity": quantity} for line_id, quantity in told]
