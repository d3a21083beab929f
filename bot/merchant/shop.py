"""A loaded shop: every file of the merchant as one value that turns and notices are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.merchant.schema import CatalogEntry, FaqEntry, NoticesFile, Policies, ShopSettings
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
    phrases: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    version: str = ""
