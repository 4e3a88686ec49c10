"""Characters in names that one does not see, or takes for others.

Hadoop, EMRFS and IAM compare names character by character. What is told follows Unicode Technical
Standard 39, "Unicode Security Mechanisms": words of several alphabets, and words of another
alphabet in which every letter looks like a Latin one. A word that is plainly Greek is fine.
"""
# ruff: noqa: RUF001

import re
import unicodedata
from collections.abc import Iterator

#: The categories of controls, of zero-width characters and marks of direction, and of line ends.
_CATEGORIES = ("Cc", "Cf", "Zl", "Zp")
#: What is not in them and yet not seen: joiners, fillers, variation selectors.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0]")
_ALPHABETS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "COPTIC", "CHEROKEE", "LISU")
#: The usual look-alikes of ASCII, from Unicode's confusables.txt: Cyrillic, Greek, Armenian and
#: Latin letters, dashes, slashes, quotes.
_LOOKS = {
    "CYRILLIC": ("аеорсухіјѕһԁԛԝАВЕКМНОРСТХІЈЅԌԚԜ", "aeopcyxijshdqwABEKMHOPCTXIJSGQW"),
    "GREEK": ("αονρυιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aovpuiABEZHIKMNOPTYX"),
    "ARMENIAN": ("օսոհՍՕ", "ounhUO"),
    "LATIN": ("ɑɡı", "agi"),
    "": ("‐‑‒–—−⁄∕‘’“”∶", "------//''\"\":"),
}
_ASCII = {ord(a): b for looks, plain in _LOOKS.values() for a, b in zip(looks, plain, strict=True)}
_WORD = re.compile(r"[^\W\d_]+")


def unseen(text: str) -> str:
    """The first character that one does not see; empty where there is none."""
    if text.isascii() and text.isprintable():
        return ""
    return next((c for c in text if unicodedata.category(c) in _CATEGORIES or _UNSEEN.match(c)), "")


def suspect(text: str) -> str:
    """The first character that is likely to be taken for another; empty where there is none."""
    return "" if text.isascii() else next(_suspects(text), "")


def _suspects(text: str) -> Iterator[str]:
    composed = unicodedata.normalize("NFC", text)
    if composed != text:  # é as e and an accent: another name than é
        yield next(filter(unicodedata.combining, text), text[0])
    for character in text:
        mark = not character.isalpha() and ord(character) in _ASCII
        if mark or unicodedata.normalize("NFKC", character) != character:
            yield character
    for word in _WORD.findall(text):
        yield from _letters(word)


def _letters(word: str) -> Iterator[str]:
    """The letters of a word that are likely to be taken for Latin ones."""
    alphabets = {letter: unicodedata.name(letter, "").partition(" ")[0] for letter in word}
    mixed = len(set(alphabets.values()).intersection(_ALPHABETS)) > 1
    foreign = not word.isascii() and all(ord(letter) in _ASCII for letter in word)
    for letter, alphabet in alphabets.items():
        latin = alphabet == "LATIN" and ord(letter) in _ASCII
        if latin or (alphabet != "LATIN" and alphabet in _ALPHABETS and (mixed or foreign)):
            yield letter


def plain(text: str) -> str:
    """What a text looks like, in ASCII as far as that is known."""
    return unicodedata.normalize("NFKC", text).translate(_ASCII)


def named(character: str) -> str:
    """`U+0430 CYRILLIC SMALL LETTER A`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
