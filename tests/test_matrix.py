"""Every flow is told under every condition, and the page that says so is what the transcripts say."""

from tests.matrix import APART, CONDITIONS, FLOWS, PAGE, Covering, coverings, empty_cells, page, table

TOLD = list(coverings())


def test_transcripts_name_cells_that_there_are() -> None:
    unknown = {cell for one in TOLD for cell in one.cells if cell[0] not in FLOWS or cell[1] not in CONDITIONS}
    assert unknown == set()


def test_no_cell_is_empty() -> None:
    assert empty_cells(table(TOLD)) == []


def test_what_is_said_to_have_no_transcript_has_none() -> None:
    assert set(APART) & set(table(TOLD)) == set()


def test_the_page_is_what_the_transcripts_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(TOLD), "write it anew: python -m tests.matrix"


def test_an_empty_cell_is_told() -> None:
    left = [one for one in TOLD if ("return", "emotion") not in one.cells]
    assert ("return", "emotion") in empty_cells(table(left))
    assert "**empty**" in page(left)


def test_a_cell_links_to_the_line_its_transcripts_begin_on() -> None:
    assert "[Sent back](../../tests/conversations/x.yaml#L7)" in page(
        [Covering("Sent back", "x.yaml", 7, (("return", "informational"),))]
    )
