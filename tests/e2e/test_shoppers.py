"""Scripted customers from outside, by WhatsApp and by email: the export afterwards is what they agreed to."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.street import Sender, open_street
from tests.shoppers import Shopper, retail_records, shoppers, talked, wrongs

pytestmark = [pytest.mark.shared, pytest.mark.slow]

SEED = 7
SHOPPERS = 60
ROUNDS = 9  # below the shop's limit of automatic replies to one sender


@pytest.mark.parametrize("shape", ["embedded", pytest.param("spread out", marks=pytest.mark.postgres)])
def test_customers_on_whatsapp_and_by_mail_get_what_they_agreed_to(
    shape: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("sqlite_url" if shape == "embedded" else "postgres_url")
    records = retail_records(datetime.now(UTC))
    them = shoppers(records, SHOPPERS, SEED)
    with open_street(shape, url, tmp_path) as street:
        (tmp_path / "retail.json").write_text(json.dumps(records))
        street.site.run("migrate")
        street.site.run("shop", "import", str(tmp_path / "retail.json"))
        street.site.start()
        _talk(street, them)
        after = {one["id"]: one for one in json.loads(street.site.run("shop", "export"))["orders"]}
    before = {one["id"]: one for one in records["orders"]}
    wrong = {}
    for shopper in them:
        now = after[shopper.order["id"]]
        found = wrongs(shopper, {**now, **before[shopper.order["id"]]}, now)
        if shopper.expected and not shopper.consented and not shopper.refuses:
            found.append("not served")
        if found:
            wrong[shopper.key] = (found, list(talked(shopper)))
    assert wrong == {}, "\n\n".join("\n".join([key, str(what), *talk]) for key, (what, talk) in wrong.items())


def _talk(street: Any, them: list[Shopper]) -> None:
    """Everybody at once, message by message, till nothing is asked of anybody."""
    waiting = [(shopper, _sender(shopper, place), shopper.opening) for place, shopper in enumerate(them)]
    for _ in range(ROUNDS):
        told = street.ask_all([(sender, text) for _, sender, text in waiting])
        more = []
        for (shopper, sender, text), reply in zip(waiting, told, strict=True):
            shopper.turns.append((text, reply))
            answer = shopper.answer(reply)
            if answer is not None:
                more.append((shopper, sender, answer))
        waiting = more
        if not waiting:
            return


def _sender(shopper: Shopper, place: int) -> Sender:
    if place % 2:
        return Sender("email", shopper.customer["email"])
    return Sender("whatsapp", shopper.customer["phone"])
