"""The shop's two blogs, with their articles, authors and readers' comments."""

from datetime import UTC, datetime, timedelta

from sandbox.content_records import Article, ArticleAuthor, Blog, Comment
from sandbox.records import Metafield, Picture
from sandbox.store import Store

STARTED = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
MARIT = ArticleAuthor("Marit", "Sole", "marit@kynda.example", "Roasts on Tuesdays and writes on Wednesdays.")
TOMAS = ArticleAuthor("Tomas", "Reyes", "tomas@kynda.example")
READERS = (
    ("Ada", "ada@reader.example", "<p>Tried it this morning. <strong>Better than my usual.</strong></p>"),
    ("Ben", "ben@reader.example", "<p>How coarse is coarse?</p>"),
    ("Cleo", "cleo@reader.example", "<p>Please do one about decaf.</p>"),
)


def fill_journal(store: Store) -> None:
    """Puts both blogs and their pictures into the store."""
    journal = Blog(94_000_000_001, "journal", "Journal", STARTED, STARTED + timedelta(days=200))
    journal.seo_title, journal.seo_description = "Kynda Coffee journal", "Notes from the roastery and the counter."
    journal.metafields.append(
        Metafield(61_000_000_010, "custom", "intro", "single_line_text_field", "Notes from us", STARTED, STARTED)
    )
    recipes = Blog(94_000_000_002, "recipes", "Recipes", STARTED + timedelta(days=9), STARTED + timedelta(days=120))
    store.content.blogs += [journal, recipes]
    for number, (handle, title, author, tags, text, excerpt) in enumerate(ARTICLES):
        blog = recipes if "recipe" in tags else journal
        article = _article(number, blog, handle, title, author, list(tags), text, excerpt)
        blog.articles.append(article)
        if article.picture is not None:
            store.pictures[article.picture.id] = article.picture


def _article(
    number: int,
    blog: Blog,
    handle: str,
    title: str,
    author: ArticleAuthor,
    tags: list[str],
    text: str,
    excerpt: str | None,
) -> Article:
    published = STARTED + timedelta(days=11 * number, hours=number)
    article = Article(
        95_000_000_001 + number,
        handle,
        title,
        author,
        blog,
        f"<p>{text}</p>",
        published,
        published + timedelta(days=(number * 13) % 7),
        tags,
        excerpt_html=f"<p>{excerpt}</p>" if excerpt else None,
        # The last article has none, as happens.
        picture=Picture(31_000_000_001 + number, f"article/{handle}.svg", title) if handle != "opening-hours" else None,
    )
    for each, (name, email, words) in enumerate(READERS[: 3 - number % 4]):
        article.comments.append(Comment(96_000_000_001 + number * 10 + each, name, email, words))
    if number % 2 == 0:
        article.seo_title, article.seo_description = f"{title} | Kynda Coffee", text[:90]
        article.metafields += [
            Metafield(61_000_000_020 + number, "custom", "reading_minutes", "number_integer", "3", published, published)
        ]
    return article


ARTICLES = (
    ("why-we-roast-twice-a-week", "Why we roast twice a week", MARIT, ("roasting", "beans"),
     "Coffee needs a few days to settle and then has about three good weeks. Roasting on Tuesdays and Fridays means "
     "that what you take home is in its first week, and that we never have to guess what will sell.",
     "Coffee needs days to settle, and then has three good weeks."),
    ("iced-latte-at-home", "Iced latte at home", TOMAS, ("recipe", "iced"),
     "A double espresso over a full glass of ice, cold milk to the brim, and no stirring until you have looked at it.",
     "Two minutes, one glass."),
    ("a-week-in-huila", "A week in Huila", MARIT, ("origin", "beans"),
     "We walked the drying beds with the family that grows our Colombia Huila, and learnt why altitude tastes sweet.",
     None),
    ("affogato", "Affogato", TOMAS, ("recipe", "dessert"),
     "One scoop of vanilla, one shot, one spoon. Anything more is another dessert.",
     "One scoop, one shot, one spoon."),
    ("water", "The other ninety-eight percent", MARIT, ("brewing",),
     "A cup of coffee is nearly all water. Soft tap water through a simple filter does more than a new grinder.",
     "A cup of coffee is nearly all water."),
    ("cold-brew-overnight", "Cold brew overnight", TOMAS, ("recipe", "iced", "brewing"),
     "Eighty grams, coarse, in a litre of cold water. Leave it out for fourteen hours, then strain it twice.",
     None),
    ("opening-hours", "New opening hours", MARIT, ("news",),
     "From Monday on the café in Main Street opens at six thirty, because you asked, and asked, and asked.",
     "Main Street opens at six thirty."),
)  # fmt: skip
