"""Plain text and words of HTML and prose."""

import re
import unicodedata
from html import unescape

_BREAKS = re.compile(r"<(?:/p|/li|/h[1-6]|br\s*/?)>", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]*>")


def plain_text(html: str, truncate_at: int | None = None) -> str:
    """The text of some HTML on one line, cut to at most `truncate_at` characters with an ellipsis at the end."""
    text = " ".join(unescape(_TAGS.sub("", _BREAKS.sub(" ", html))).split())
    if truncate_at is None or len(text) <= truncate_at:
        return text
    return text[: max(truncate_at - 3, 0)].rstrip() + "..." if truncate_at > 3 else text[: max(truncate_at, 0)]


def folded(text: str) -> str:
    """The text in lower case without accents, for comparisons."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)?", folded(text))
