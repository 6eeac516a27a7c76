"""The sandbox's blogs, pages, redirects, menus and metaobjects, and the effect of each argument."""

from typing import Any

import pytest

from sandbox.store import Store
from tests.conftest import Run
from tests.unit.storefront_calls import root


def refusal(run: Run, query: str) -> str:
    errors = run(query).errors
    assert errors is not None
    return errors[0].message


def handles(found: Any) -> list[str]:
    return [node["handle"] for node in found["nodes"]]


def test_an_article_has_its_author_blog_picture_and_comments(run: Run) -> None:
    article = root(
        run,
        """{ article(id: "gid://shopify/Article/95000000001") {
             title handle contentHtml publishedAt tags onlineStoreUrl
             author { name } authorV2 { firstName lastName name email bio } blog { handle }
             image { url altText } seo { title description }
             comments(first: 5) { nodes { id content author { name email } } } } }""",
    )

    assert article["title"] == "Why we roast twice a week"
    assert article["author"]["name"] == article["authorV2"]["name"] == "Marit Sole"
    assert article["blog"]["handle"] == "journal"
    assert article["image"]["altText"] == article["title"]
    assert article["seo"]["title"].startswith("Why we roast")
    assert len(article["comments"]["nodes"]) == 3
    assert article["onlineStoreUrl"].endswith("/blogs/journal/why-we-roast-twice-a-week")


def test_comments_come_in_pages_and_in_reverse(run: Run) -> None:
    comments = """query Comments($reverse: Boolean, $first: Int, $last: Int, $after: String, $before: String) {
      article(id: "gid://shopify/Article/95000000001") {
        comments(reverse: $reverse, first: $first, last: $last, after: $after, before: $before) {
          edges { cursor node { author { name } } } pageInfo { hasNextPage endCursor startCursor } } } }"""

    def names(**page: Any) -> list[str]:
        found = root(run, comments, **page)["comments"]
        return [edge["node"]["author"]["name"] for edge in found["edges"]]

    first = root(run, comments, first=1)["comments"]
    assert names(first=5) == ["Ada", "Ben", "Cleo"]
    assert names(first=5, reverse=True) == ["Cleo", "Ben", "Ada"]
    assert first["pageInfo"]["hasNextPage"]
    assert names(first=5, after=first["pageInfo"]["endCursor"]) == ["Ben", "Cleo"]
    assert names(last=1) == ["Cleo"]
    assert names(last=5, before=root(run, comments, last=1)["comments"]["pageInfo"]["startCursor"]) == [
        "Ada",
        "Ben",
    ]


@pytest.mark.parametrize("field", ["content", "excerpt"])
def test_text_is_cut_to_the_length_asked_for(run: Run, field: str) -> None:
    whole = root(run, f'{{ article(id: "gid://shopify/Article/95000000001") {{ text: {field} }} }}')["text"]
    cut = root(run, f'{{ article(id: "gid://shopify/Article/95000000001") {{ text: {field}(truncateAt: 20) }} }}')[
        "text"
    ]

    assert len(cut) <= 20 < len(whole)
    assert cut.endswith("...")
    assert whole.startswith(cut.removesuffix("..."))


def test_a_comment_is_cut_to_the_length_asked_for(run: Run) -> None:
    comment = root(
        run, '{ node(id: "gid://shopify/Comment/96000000001") { ... on Comment { content(truncateAt: 9) } } }'
    )

    assert comment["content"] == "Tried..."


def test_an_article_without_picture_or_excerpt_has_none(run: Run) -> None:
    plain = root(run, '{ article(id: "gid://shopify/Article/95000000007") { image { url } } }')
    short = root(run, '{ article(id: "gid://shopify/Article/95000000003") { excerpt excerptHtml } }')

    assert plain == {"image": None}
    assert short == {"excerpt": None, "excerptHtml": None}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag:iced", {"iced-latte-at-home", "cold-brew-overnight"}),
        ("tag:recipe tag_not:iced", {"affogato"}),
        ("author:Tomas blog_title:Recipes -tag:dessert", {"iced-latte-at-home", "cold-brew-overnight"}),
        ("title:percent", {"water"}),
        ("created_at:<2026-02-10", {"why-we-roast-twice-a-week"}),
        ("updated_at:>2026-04-09", {"opening-hours"}),
        ("espresso", {"iced-latte-at-home"}),
    ],
)
def test_articles_are_found_by_search_terms(run: Run, query: str, found: set[str]) -> None:
    listed = root(run, "query A($q: String) { articles(first: 20, query: $q) { nodes { handle } } }", q=query)

    assert set(handles(listed)) == found


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("AUTHOR", lambda article: (article.author.name, article.id)),
        ("BLOG_TITLE", lambda article: (article.blog.title, article.id)),
        ("ID", lambda article: article.id),
        ("PUBLISHED_AT", lambda article: article.published_at),
        ("TITLE", lambda article: article.title.lower()),
        ("UPDATED_AT", lambda article: article.updated_at),
    ],
)
def test_articles_are_sorted_by_each_key(run: Run, store: Store, key: str, value: Any) -> None:
    query = """query A($key: ArticleSortKeys, $reverse: Boolean) {
      articles(first: 20, sortKey: $key, reverse: $reverse) { nodes { handle } } }"""
    expected = [article.handle for article in sorted(store.content.articles, key=value)]

    assert handles(root(run, query, key=key)) == expected
    assert handles(root(run, query, key=key, reverse=True)) == expected[::-1]


def test_the_most_relevant_article_comes_first(run: Run) -> None:
    found = root(run, '{ articles(first: 9, query: "coffee", sortKey: RELEVANCE) { nodes { contentHtml title } } }')[
        "nodes"
    ]
    counts = [(node["title"] + node["contentHtml"]).lower().count("coffee") for node in found]

    assert len(counts) > 1
    assert counts == sorted(counts, reverse=True)


def test_a_blog_is_found_by_handle_and_by_id(run: Run) -> None:
    fields = "{ id title authors { name } seo { title } onlineStoreUrl }"
    by_handle = root(run, f'{{ blog(handle: "journal") {fields} }}')

    assert by_handle["authors"] == [{"name": "Marit Sole"}]
    assert root(run, f'{{ blogByHandle(handle: "journal") {fields} }}') == by_handle
    assert root(run, f'{{ blog(id: "{by_handle["id"]}") {fields} }}') == by_handle
    assert root(run, f'{{ blog(handle: "nothing") {fields} }}') is None


def test_a_blog_has_its_own_articles(run: Run) -> None:
    blog = root(
        run,
        """{ blog(handle: "recipes") { articles(first: 2, sortKey: TITLE, reverse: true, query: "tag:recipe") {
             nodes { handle } } articleByHandle(handle: "affogato") { title }
             missing: articleByHandle(handle: "water") { title } } }""",
    )

    assert handles(blog["articles"]) == ["iced-latte-at-home", "cold-brew-overnight"]
    assert blog["articleByHandle"] == {"title": "Affogato"}
    assert blog["missing"] is None


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("first: 5", ["journal", "recipes"]),
        ("first: 1", ["journal"]),
        ("first: 5, reverse: true", ["recipes", "journal"]),
        ('first: 5, query: "title:recipes"', ["recipes"]),
        ('first: 5, query: "handle:journal"', ["journal"]),
        ('first: 5, query: "created_at:>2026-02-05"', ["recipes"]),
        ("first: 5, sortKey: TITLE", ["journal", "recipes"]),
        ("last: 1, sortKey: HANDLE", ["recipes"]),
    ],
)
def test_blogs_are_listed(run: Run, arguments: str, expected: list[str]) -> None:
    assert handles(root(run, f"{{ blogs({arguments}) {{ nodes {{ handle }} }} }}")) == expected


def test_a_page_is_found_by_handle_and_by_id(run: Run) -> None:
    fields = "{ id title body bodySummary createdAt updatedAt seo { title description } onlineStoreUrl }"
    by_handle = root(run, f'{{ page(handle: "brew-guide") {fields} }}')

    assert by_handle["bodySummary"].startswith("Pour-over Fifteen grams")
    assert len(by_handle["bodySummary"]) <= 150
    assert by_handle["seo"]["title"] == "How to brew coffee at home"
    assert root(run, f'{{ pageByHandle(handle: "brew-guide") {fields} }}') == by_handle
    assert root(run, f'{{ page(id: "{by_handle["id"]}") {fields} }}') == by_handle


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("first: 2", ["brew-guide", "about"]),
        ("last: 1", ["visit"]),
        ("first: 2, reverse: true", ["visit", "wholesale"]),
        ("first: 2, sortKey: TITLE", ["about", "allergens"]),
        ("first: 1, sortKey: UPDATED_AT", ["visit"]),
        ('first: 9, query: "title:guide"', ["brew-guide", "size-guide"]),
        ('first: 9, query: "handle:visit OR handle:about"', ["about", "visit"]),
        ('first: 9, query: "tasting", sortKey: RELEVANCE', ["visit"]),
        ('first: 9, query: "created_at:2026-01-13"', ["brew-guide"]),
    ],
)
def test_pages_are_listed(run: Run, arguments: str, expected: list[str]) -> None:
    assert handles(root(run, f"{{ pages({arguments}) {{ nodes {{ handle }} }} }}")) == expected


def test_a_page_is_in_the_language_of_the_request(run: Run) -> None:
    query = 'query P @inContext(language: DE) { page(handle: "about") { title body } }'

    assert root(run, query)["title"] == "Über uns"


@pytest.mark.parametrize(
    ("arguments", "targets"),
    [
        ('first: 9, query: "path:/mugs"', ["/products/your-design-mug"]),
        ('first: 9, query: "target:/blogs/journal"', ["/blogs/journal"]),
        ('first: 9, query: "path:/pages*"', ["/pages/brew-guide"]),
        ("first: 1", ["/collections/espresso-drinks"]),
        ("first: 1, reverse: true", ["/collections/bakery"]),
        ('first: 1, query: "path:/nowhere"', []),
    ],
)
def test_redirects_are_found_by_path(run: Run, arguments: str, targets: list[str]) -> None:
    found = root(run, f"{{ urlRedirects({arguments}) {{ nodes {{ id path target }} }} }}")

    assert [node["target"] for node in found["nodes"]] == targets


def test_a_menu_leads_to_every_kind_of_thing(run: Run) -> None:
    menu = root(
        run,
        """{ menu(handle: "main-menu") { id title itemsCount items { ...Item items { ...Item items { ...Item } } } } }
        fragment Item on MenuItem { id title type url tags resourceId resource { __typename ... on Node { id } } }""",
    )
    levels = [menu["items"]]
    levels.append([item for parent in levels[0] for item in parent["items"]])
    levels.append([item for parent in levels[1] for item in parent["items"]])
    items = [item for level in levels for item in level]

    assert menu["itemsCount"] == len(items)
    kinds = {item["resource"]["__typename"] for item in items if item["resource"]}
    assert kinds == {"Article", "Blog", "Collection", "Metaobject", "Page", "Product"}
    assert all(item["resourceId"] == (item["resource"] and item["resource"]["id"]) for item in items)


def test_the_footer_leads_to_a_policy_and_out_of_the_shop(run: Run) -> None:
    items = root(run, '{ menu(handle: "footer") { items { type url resource { ... on ShopPolicy { title } } } } }')[
        "items"
    ]

    assert {"type": "SHOP_POLICY", "url": items[1]["url"], "resource": {"title": "Refund policy"}} in items
    assert items[-1]["url"] == "https://growers.example/"


def test_the_cafe_menu_leads_to_the_collections_of_the_cafe(run: Run) -> None:
    items = root(run, '{ menu(handle: "cafe-menu") { items { resource { ... on Collection { handle } } } } }')["items"]

    assert [item["resource"]["handle"] for item in items] == [
        "espresso-drinks",
        "brewed-coffee",
        "tea-and-more",
        "bakery",
    ]


def test_there_is_no_menu_of_an_unknown_handle(run: Run) -> None:
    assert root(run, '{ menu(handle: "nothing") { id } }') is None


def test_menus_are_in_the_language_of_the_request(run: Run) -> None:
    items = root(run, 'query M @inContext(language: FR) { menu(handle: "footer") { items { title } } }')["items"]

    assert items[0] == {"title": "Recherche"}


def test_designs_are_metaobjects_with_pictures(run: Run, store: Store) -> None:
    designs = root(
        run,
        """{ metaobjects(type: "design", first: 10) { nodes { handle
             name: field(key: "name") { value } description: field(key: "description") { type value }
             thumbnail: field(key: "thumbnail") { reference { ... on MediaImage { image { url width } } } } } } }""",
    )["nodes"]

    assert [design["name"]["value"] for design in designs] == [
        "Abstract Swirls",
        "Geometric Harmony",
        "Cosmic Flow",
        "Retro Waves",
        "Nature's Symmetry",
    ]
    assert [design["handle"] for design in designs] == [f"design-00{number}" for number in range(1, 6)]
    assert all(
        design["thumbnail"]["reference"]["image"]["url"].startswith(f"{store.public_url}/sandbox/pictures/design/")
        for design in designs
    )


def test_a_metaobject_is_found_by_handle_and_by_id(run: Run) -> None:
    fields = (
        "{ id type updatedAt onlineStoreUrl seo { title { value } description { key } } fields { key type value } }"
    )
    found = root(run, f'{{ metaobject(handle: {{handle: "design-001", type: "design"}}) {fields} }}')

    assert found["seo"] == {"title": {"value": "Abstract Swirls"}, "description": {"key": "description"}}
    assert root(run, f'{{ metaobject(id: "{found["id"]}") {fields} }}') == found
    assert root(run, f'{{ metaobject(handle: {{handle: "design-001", type: "faq"}}) {fields} }}') is None


def test_a_metaobject_refers_to_pages_files_and_lists_of_pictures(run: Run) -> None:
    design = root(
        run,
        """{ metaobject(handle: {handle: "design-002", type: "design"}) {
          gallery: field(key: "gallery") { reference { __typename } references(first: 1) {
            nodes { ... on MediaImage { alt } } pageInfo { hasNextPage } } }
          last: field(key: "gallery") { references(last: 1) { nodes { ... on MediaImage { alt } } } }
          sheet: field(key: "print_file") { references(first: 1) { nodes { __typename } } reference {
            ... on GenericFile { id alt mimeType originalFileSize url previewImage { url } } } } } }""",
    )
    question = root(
        run,
        """{ metaobject(handle: {handle: "oat-milk", type: "faq"}) { onlineStoreUrl seo { title { key } }
             page: field(key: "page") { reference { ... on Page { handle } } } missing: field(key: "x") { key } } }""",
    )

    assert design["gallery"]["reference"] is None
    assert design["gallery"]["references"] == {
        "nodes": [{"alt": "Geometric Harmony, small"}],
        "pageInfo": {"hasNextPage": True},
    }
    assert design["last"]["references"]["nodes"] == [{"alt": "Geometric Harmony"}]
    assert design["sheet"]["references"] is None
    assert design["sheet"]["reference"]["mimeType"] == "image/svg+xml"
    assert question == {
        "onlineStoreUrl": None,
        "seo": None,
        "page": {"reference": {"handle": "allergens"}},
        "missing": None,
    }


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        ('type: "faq"', "where-is-my-order"),
        ('type: "design"', "design-001"),
        ('type: "design", reverse: true', "design-005"),
        ('type: "design", sortKey: "display_name"', "design-001"),
        ('type: "design", sortKey: "display_name", reverse: true', "design-004"),
        ('type: "design", sortKey: "updated_at"', "design-005"),
    ],
)
def test_metaobjects_are_listed_in_the_order_asked_for(run: Run, arguments: str, first: str) -> None:
    found = root(run, f"{{ metaobjects(first: 1, {arguments}) {{ nodes {{ handle }} }} }}")

    assert handles(found) == [first]


def test_an_unknown_order_of_metaobjects_is_refused(run: Run) -> None:
    assert "Invalid sort key" in refusal(
        run, '{ metaobjects(first: 1, type: "faq", sortKey: "colour") { nodes { id } } }'
    )


@pytest.mark.parametrize("field", ["article", "blog", "page", "metaobject"])
def test_an_id_of_another_type_is_refused(run: Run, field: str) -> None:
    assert "Invalid global id" in refusal(run, f'{{ {field}(id: "gid://shopify/Product/1") {{ id }} }}')


@pytest.mark.parametrize(
    "owner",
    [
        'page(handle: "brew-guide")',
        'blog(handle: "journal")',
        'article(id: "gid://shopify/Article/95000000001")',
        "shop",
    ],
)
def test_content_carries_metafields(run: Run, store: Store, owner: str) -> None:
    keys = {"page": "featured", "blog": "intro", "article": "reading_minutes", "shop": "brew_guide"}
    key = keys[owner.split("(")[0]]

    found = root(
        run,
        f"""{{ {owner} {{ metafield(namespace: "custom", key: "{key}") {{ key parentResource {{ __typename }} }}
              metafields(identifiers: [{{namespace: "custom", key: "{key}"}}, {{key: "none"}}]) {{ key }} }} }}""",
    )

    assert found["metafield"]["key"] == key
    assert found["metafield"]["parentResource"]["__typename"].lower() == owner.split("(")[0]
    assert found["metafields"] == [{"key": key}, None]
