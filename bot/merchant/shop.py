"""A loaded shop: every file of the merchant as one value that turns and notices are given."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from bot.merchant.golden import Golden
from bot.merchant.guides import Guide
from bot.merchant.schema import CatalogEntry, FaqEntry, NoticesFile, Policies, ShopSettings
from bot.model import Channel
from bot.records import Product
from bot.wording.words import Words


@dataclass(frozen=True, slots=True)
class Shop:
    """`version` is a digest of the files; `phrases` is language → intent → the merchant's own ways to say it."""

    settings: ShopSettings
    policies: Policies
    notices: NoticesFile
    words: Words
    faq: tuple[FaqEntry, ...] = ()
    catalog: Mapping[str, CatalogEntry] = field(default_factory=dict)
    guides: Mapping[str, Guide] = field(default_factory=dict)
    phrases: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    golden: tuple[Golden, ...] = ()
    version: str = ""

    def guide_of(self, product: Product) -> tuple[str, Guide] | None:
        """The guide for a product with its id: the one its record names, else the one that names it."""
        if product.guide and product.guide in self.guides:
            return product.guide, self.guides[product.guide]
        return next(((name, guide) for name, guide in self.guides.items() if product.id in guide.products), None)

    def reaching(self, channels: Collection[Channel]) -> "Shop":
        """The shop that writes unasked only where it has a sender; as it is, while it has none beside web chat."""
        there = tuple(channel for channel in self.settings.channels if channel in channels)
        if set(there) <= {Channel.CHAT} or there == self.settings.channels:
            return self
        return replace(self, settings=self.settings.model_copy(update={"channels": there}))
