"""How texts are looked for: regardless of case and of marks on letters."""

import pytest

from tocsin.kit.texts import folded


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("все", "ВСЁ"),
        ("Артём", "артем"),
        ("zolw", "Żółw"),
        ("LODZ", "Łódź"),
        ("СЕРВЕРНЫЙ", "серверный"),
        ("ａｂｃ", "abc"),
        ("strasse", "Straße"),
    ],
)
def test_words_are_found_whatever_their_case_and_marks(typed, stands):
    assert folded(typed) == folded(stands)


def test_other_words_stay_apart():
    assert folded("热线") == "热线"
    assert folded("kot") != folded("kat")
