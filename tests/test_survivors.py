"""The page of mistakes that may live names lines that are there."""

from tests.mutation.survivors import known


def test_whoever_changes_a_line_that_the_page_names_takes_its_entry_out():
    assert len(known()) > 30
