"""A product's description as HTML that a page may insert unchanged: cleaned by an allow-list."""

import nh3

_TEXT = ("a", "b", "br", "code", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u")
_BLOCKS = ("blockquote", "div", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "p", "pre")
_LISTS = ("dd", "dl", "dt", "li", "ol", "ul")
_TABLES = ("caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr")
TAGS = frozenset({*_TEXT, *_BLOCKS, *_LISTS, *_TABLES})
"""The allowed tags. The text within other tags stays, except that of scripts and styles."""

ATTRIBUTES = {
    "a": frozenset({"href", "title"}),
    "img": frozenset({"alt", "height", "src", "title", "width"}),
    "ol": frozenset({"start"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
}
SCHEMES = frozenset({"https", "mailto"})
LINK_REL = "noopener nofollow"

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    # "*": no attribute is allowed on every tag; without it nh3 lets `title` and `lang` through.
    attributes={"*": set[str](), **{tag: set(names) for tag, names in ATTRIBUTES.items()}},
    url_schemes=set(SCHEMES),
    url_relative="deny",  # the page that it would be relative to is unknown here
    link_rel=LINK_REL,
)


def safe_html(html: str) -> str:
    """The HTML with only TAGS, ATTRIBUTES and absolute addresses of SCHEMES.

    Every link gets `rel="noopener nofollow"`. Cleaning it again changes nothing.
    """
    return _CLEANER.clean(html)
