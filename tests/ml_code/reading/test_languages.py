"""Guesses of languages, for shares of many texts."""

import pytest

from reading.languages import UNDETERMINED, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I loved this dress, it is perfect and soft", "en"),
        ("Das Kleid ist sehr schön und ich mag es", "de"),
        ("La robe est très belle mais je ne l'aime pas", "fr"),
        ("El vestido es muy bonito pero no me gusta la tela", "es"),
        ("Il vestito è molto bello ma non mi piace", "it"),
        ("O vestido é muito bonito, mas não gosto da cor", "pt"),
        ("De jurk is heel mooi maar ik vind het niet goed", "nl"),
        ("Отличное платье, спасибо", "Cyrillic"),
        ("很好的衣服", "CJK"),
        ("فستان جميل", "Arabic"),
        ("The Кафе dress is what it was for me", "en"),
    ],
)
def test_a_text_has_the_language_of_its_function_words_or_letters(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", "great", "nice dress", "12 34", "👍👍", "perfect fit!!"])
def test_a_text_without_function_words_has_none(text: str) -> None:
    assert language_of(text) == UNDETERMINED
