"""The shop's short texts in the other languages it speaks, from `data/phrases.yaml`."""

from functools import cache

from sandbox.data_files import read_data


@cache
def _phrases() -> dict[str, dict[str, str]]:
    return read_data("phrases", dict[str, dict[str, str]])


def translated(text: str, language: str) -> str:
    """`text` in a language (a LanguageCode); unchanged where the file does not have it."""
    return _phrases().get(language, {}).get(text, text)
