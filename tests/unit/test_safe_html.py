"""Descriptions that a page may insert unchanged."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolvers.safe_html import ATTRIBUTES, LINK_REL, SCHEMES, TAGS, safe_html


class Seen(HTMLParser):
    """The tags of a text, each with its attributes, and how many comments there are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.comments = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.comments += 1


NAMES = st.sampled_from(
    [
        *sorted(TAGS),
        "script",
        "style",
        "svg",
        "math",
        "iframe",
        "object",
        "form",
        "template",
        "noscript",
        "title",
        "sCrIpT",
    ]
)
ATTRIBUTE_NAMES = st.sampled_from(
    ["href", "src", "onclick", "onerror", "ONLOAD", "style", "class", "id", "srcdoc", "formaction", "xlink:href", "rel"]
)
ADDRESSES = st.sampled_from(
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " java\nscript:alert(1)",
        "&#106;avascript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "http://example.com",
        "//example.com",
        "/cart",
        "https://example.com/?a=1&b=2",
        "mailto:hello@example.com",
    ]
)
QUOTES = st.sampled_from(['"', "'", ""])


@st.composite
def tags(draw: st.DrawFn) -> str:
    quote = draw(QUOTES)
    attributes = "".join(
        f" {draw(ATTRIBUTE_NAMES)}={quote}{draw(ADDRESSES | st.text(max_size=8))}{quote}"
        for _ in range(draw(st.integers(0, 3)))
    )
    start, end = draw(st.sampled_from(["<", "</", "<!", "<!--"])), draw(st.sampled_from([">", "/>", ""]))
    return f"{start}{draw(NAMES)}{attributes}{end}"


DESCRIPTIONS = st.lists(tags() | st.text(max_size=12) | st.sampled_from(["<![CDATA[", "]]>", "-->", "\0"])).map("".join)


@given(DESCRIPTIONS)
@example('<svg><style><img src=x onerror="alert(1)"></style></svg>')
@example("<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>")
@example('<b title="x" lang="de">y</b>')
def test_only_allowed_html_passes(description: str) -> None:
    seen = Seen(safe_html(description))

    assert seen.comments == 0
    for tag, attributes in seen.tags:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, frozenset()) | ({"rel"} if tag == "a" else frozenset())
        for name in ("href", "src"):
            if name in attributes:
                assert (attributes[name] or "").partition(":")[0].lower() in SCHEMES
        assert attributes.get("rel") == (LINK_REL if tag == "a" else None)


@given(DESCRIPTIONS)
def test_cleaning_twice_is_cleaning_once(description: str) -> None:
    once = safe_html(description)

    assert safe_html(once) == once


def test_the_allow_list_has_no_scripts() -> None:
    assert not TAGS & {"script", "style", "iframe", "object", "embed", "form", "svg", "math", "base", "link", "meta"}
    assert not {name for names in ATTRIBUTES.values() for name in names if name.startswith("on") or name == "style"}


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        (
            "<p>Notes of <em>plum</em>.</p><ul><li>340 g</li></ul>",
            "<p>Notes of <em>plum</em>.</p><ul><li>340 g</li></ul>",
        ),
        ("<p onclick='x()'>Hello<script>x()</script></p>", "<p>Hello</p>"),
        ("<marquee>New</marquee>", "New"),
        ('<a href="javascript:x()">here</a>', '<a rel="noopener nofollow">here</a>'),
        ('<a href="https://kynda.example">us</a>', '<a href="https://kynda.example" rel="noopener nofollow">us</a>'),
        ('<img src="http://kynda.example/a.png" alt="A cup">', '<img alt="A cup">'),
        ("<style>p { color: red }</style>Hi", "Hi"),
        ("", ""),
    ],
)
def test_allowed_html_stays(given_text: str, shown: str) -> None:
    assert safe_html(given_text) == shown
