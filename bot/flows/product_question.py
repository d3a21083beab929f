"""Before buying again: price, stock, options, what fits what, from the catalogue's records; alerts on request.

Anybody may ask. What no record says is said to be not known, and a person is asked.
"""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation

from bot.actions import OpenHandoff, RequestAlert
from bot.facts import has_stock, product_view, variant_view
from bot.flows.products import kind_of, named_products, source_of, which_product, words_of
from bot.model import Choice, Kind, Source, Status
from bot.naming import variants_said, without_title
from bot.records import AlertKind, Money, Product, Variant
from bot.story import YES_NO, Case, Ended, Ending, Question

BARE = re.compile(r"(?<![\w.,-])\d+(?:\.\d\d)?(?![\w.,-]*\w)")  # "below 300"
SOLD = (Choice(id="price_drop", title=""), Choice(id="no", title=""))


def product_question(case: Case) -> Ending:
    """The one thing asked of a product, as its record has it."""
    fitting = _fit_of_two(case) if kind_of(case) == "fit" else None
    if fitting is not None:
        return fitting
    product = which_product(case, "product.which")
    if product is None:
        return _not_in_catalogue(case)
    match kind_of(case):
        case "price":
            return _price(case, product)
        case "stock":
            return _stock(case, product)
        case "fit":
            return _fit(case, product)
        case "alert":
            return _alert(case, product)
        case _ if len(variants_said(product, words_of(case))) < len(product.variants):
            return _stock(case, product)  # they name a size or a colour: is it there?
        case _:
            return _overview(case, product)


def alert_me(case: Case) -> Ending:
    """Shall we tell them when it is back? Offered after "out of stock"; only what is asked for is ever sent."""
    product = case.world.records.product(str(case.answers.get("product")))
    if product is None:
        return Ended()
    variant = next((one for one in product.variants if one.sku == case.answers.get("sku")), None)
    facts = {"name": _name(product, variant)}
    if case.need(Question("wanted", Kind.CHOICE, "alert.offer", _text, facts, YES_NO)) != "yes":
        return case.end("acknowledged")
    return _request(case, product, variant, AlertKind.BACK_IN_STOCK, None)


def _price(case: Case, product: Product) -> Ending:
    variants = variants_said(product, words_of(case))
    view = product_view(product.model_copy(update={"variants": variants}))
    if view["price"] is None:
        return _asked_of_people(case, "product.not_on_record", product)
    return case.end("product.price", sources=source_of(product), product=view)


def _stock(case: Case, product: Product) -> Ending:
    """Each variant meant, or what else there is; an alert is offered for what is gone."""
    variants = variants_said(product, words_of(case))
    if not variants:
        return _asked_of_people(case, "product.not_on_record", product)
    view = product_view(product.model_copy(update={"variants": variants}))
    if view["in_stock"]:
        return case.end("product.in_stock", sources=source_of(product), product=view)
    others = [variant_view(product, one) for one in product.variants if one not in variants and has_stock(one)]
    case.say("product.out_of_stock", sources=source_of(product), product=view, others=others)
    sku = variants[0].sku if len(variants) == 1 else None
    return case.go("alert_me", product=product.id, sku=sku, wish=case.answers.get("wish"))


def _fit_of_two(case: Case) -> Ending | None:
    """That one is made for the other, where the record of either says so; None where none says so, or more than two may
    be meant."""
    found = named_products(case)
    if len(found) == 1:
        rest = without_title(words_of(case), found[0].title)
        found = (*found, *case.world.records.find_products(rest))
    if len(found) != 2:
        return None
    one, other = found
    sources = (*source_of(one), *source_of(other))
    if other.id in one.accessories or one.id in other.accessories:
        return case.end("product.fits", sources=sources, title=one.title, other=other.title)
    return None


def _fit(case: Case, product: Product) -> Ending:
    """What is made for it, and the sizes there are; for what a record cannot tell a person is asked."""
    records = case.world.records
    accessories = [found for name in product.accessories if (found := records.product(name))]
    titles = [found.title for found in accessories]
    sources = (*source_of(product), *(source for found in accessories for source in source_of(found)))
    case.say("product.fit", sources=sources, product=product_view(product), accessories=titles)
    return _ask_people(case)


def _overview(case: Case, product: Product) -> Ending:
    return _asked_of_people(case, "product.overview", product)


def _asked_of_people(case: Case, key: str, product: Product) -> Ending:
    """What is on record, and a person for the rest."""
    case.say(key, sources=source_of(product), product=product_view(product))
    return _ask_people(case)


def _not_in_catalogue(case: Case) -> Ending:
    case.say("product.not_found")
    return _ask_people(case)


def _ask_people(case: Case) -> Ending:
    """A question for people to answer later, while the bot goes on with whatever else there is."""
    asked = str(case.answers.get("product_words") or words_of(case))
    task = OpenHandoff(reason="product_question", flow="product_question", summary=asked, silences_bot=False)
    by = case.once(task).data.get("expected_by")
    return case.end("handoff.opened", expected_by=datetime.fromisoformat(by) if by else None)


# -- alerts ------------------------------------------------------------------------------------------------------------


def _alert(case: Case, product: Product) -> Ending:
    """Back in stock for what is gone; a lower price for what is there."""
    variants = variants_said(product, words_of(case))
    variant = variants[0] if len(variants) == 1 else None
    view = product_view(product.model_copy(update={"variants": variants}))
    if not variants:
        return _asked_of_people(case, "product.not_on_record", product)
    if not view["in_stock"]:
        return _request(case, product, variant, AlertKind.BACK_IN_STOCK, None)
    below = _below(case, view["price"])
    facts = {"product": view, "below": below}
    question = Question("wanted", Kind.CHOICE, "alert.price", _text, facts, SOLD, sources=source_of(product))
    if case.need(question) == "no":
        return case.end("acknowledged")
    return _request(case, product, variant, AlertKind.PRICE_DROP, below)


def _below(case: Case, price: Money) -> Money:
    """The price they named, with a currency or bare, if that is lower than today's; else today's."""
    for said in (*case.heard("amounts"), *BARE.findall(words_of(case))):
        amount, _, currency = str(said).partition(" ")
        try:
            wanted = Decimal(amount)
        except InvalidOperation:
            continue
        if currency in ("", price.currency) and 0 < wanted < price.amount:
            return Money(wanted, price.currency)
    return price


def _request(case: Case, product: Product, variant: Variant | None, what: AlertKind, below: Money | None) -> Ending:
    action = RequestAlert(
        product_id=product.id,
        sku=variant.sku if variant else None,
        what=what,
        below=below.amount if below else None,
        currency=below.currency if below else None,
        words=words_of(case),
    )
    outcome = case.once(action)
    name = _name(product, variant)
    sources: tuple[Source, ...] = source_of(product)
    if outcome.status is Status.DONE:
        return case.end(f"alert.{what}", sources=sources, name=name, below=below)
    if outcome.code == "true_already":
        return case.end("product.in_stock", sources=sources, product=product_view(product))
    case.say("alert.not_possible", name=name)
    return _ask_people(case)


def _name(product: Product, variant: Variant | None) -> str:
    return str(variant_view(product, variant)["name"]) if variant else product.title


def _text(answer: object) -> str | None:
    return answer if isinstance(answer, str) else None
