"""A table in a trie answers as a dict does."""

import numpy as np
import pytest

from bot.understanding.wordlist import table_of, unpacked_table

SAID = {"where is it": "track", "wo ist es": "track", "größe": "size", "": "nothing", "where": "other"}


def test_a_table_answers_as_the_dict_it_was_made_of() -> None:
    table = table_of(SAID)
    assert dict(table) == SAID
    assert table["größe"] == "size"
    assert table.get("wher") is None
    assert table.get("wher", "none") == "none"
    assert "where\0" not in table
    assert table.told(len)["where is it"] == len("track")


def test_a_table_is_packed_and_taken_back() -> None:
    table = table_of(SAID)
    assert unpacked_table(table.packed(), table.values_by_number) == table


def test_an_empty_table_has_nothing() -> None:
    table = table_of({})
    assert unpacked_table(table.packed(), ()) == {}


@pytest.mark.parametrize("spoilt", [{"trie": np.zeros(40, np.uint8)}, {"numbers": np.full(len(SAID), 99, np.uint16)}])
def test_what_does_not_fit_is_refused(spoilt) -> None:  # type: ignore[no-untyped-def]
    table = table_of(SAID)
    with pytest.raises(ValueError, match=r"no trie|do not fit"):
        unpacked_table(table.packed() | spoilt, table.values_by_number)
