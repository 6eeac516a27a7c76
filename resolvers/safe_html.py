"""A product's description as HTML that a page may put in as it is: cleaned by a list of what is allowed."""

import nh3

_TEXT = ("a", "b", "br", "code", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u")
_BLOCKS = ("blockquote", "div", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "p", "pre")
_LISTS = ("dd", "dl", "dt", "li", "ol", "ul")
_TABLES = ("caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr")
TAGS = frozenset({*_TEXT, *_BLOCKS, *_LISTS, *_TABLES})
"""What may stand in a description. The text within other tags stays; that of scripts and styles goes too."""

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
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    url_schemes=set(SCHEMES),
    url_relative="deny",  # which page it would be relative to is not known here
    link_rel=LINK_REL,
)


def safe_html(html: str) -> str:
    """The HTML with TAGS, ATTRIBUTES and whole addresses of SCHEMES in it and nothing else.

    Every link says `rel="noopener nofollow"`. Cleaning it again changes nothing.
    """
    return _CLEANER.clean(html)
