"""Coffee to take home: origins, blends, the subscription plans on them and the subscription-only club."""

import json
from decimal import Decimal

from sandbox.catalogue.shelf import EVERYWHERE, NOWHERE, OPENING_DAY, Entry, Shelf
from sandbox.records import Product, SellingPlan, SellingPlanGroup

GRINDS = ("Whole Bean", "Drip", "Espresso", "French Press")
BAGS = {"12 oz": 340, "2 lb": 907}


def subscriptions() -> SellingPlanGroup:
    """The plans on every bag of beans: the more often, the cheaper."""
    return SellingPlanGroup(
        70_000_000_001,
        "Subscribe and save",
        "Kynda Subscriptions",
        "Deliver every",
        [
            SellingPlan(
                71_000_000_001, "Every week, 15% off", "A bag every week.", "Deliver every", "Week", "WEEK", 1, 15
            ),
            SellingPlan(
                71_000_000_002,
                "Every 2 weeks, 10% off",
                "A bag every two weeks.",
                "Deliver every",
                "2 weeks",
                "WEEK",
                2,
                10,
            ),
            SellingPlan(
                71_000_000_003, "Every month, 5% off", "A bag every month.", "Deliver every", "Month", "MONTH", 1, 5
            ),
        ],
    )


def club_plans() -> SellingPlanGroup:
    """The only way to buy the club's bag."""
    return SellingPlanGroup(
        70_000_000_002,
        "Roaster's club",
        "Kynda Subscriptions",
        "Membership",
        [
            SellingPlan(
                71_000_000_004, "Monthly membership", "One rare bag a month.", "Membership", "Monthly", "MONTH", 1, 0
            )
        ],
    )


def _bag(
    handle: str,
    title: str,
    text: str,
    price: str,
    *,
    origin: str,
    roast: str,
    notes: tuple[str, ...],
    altitude_m: int,
    process: str,
    featured: bool = False,
    decaf: bool = False,
) -> Entry:
    base = Decimal(price)
    return Entry(
        handle=handle,
        title=title,
        description=f"<p>{text}</p><p>Tastes of <em>{', '.join(notes)}</em>.</p>",
        product_type="Coffee Beans",
        picture="beans",
        price=lambda selected: (
            base if selected["Size"] == "12 oz" else (base * Decimal("2.4")).quantize(Decimal("0.1"))
        ),
        tags=[
            "coffee-beans",
            f"roast-{roast.lower()}",
            *(["featured-item"] if featured else []),
            *(["decaf"] if decaf else []),
        ],
        options={"Size": tuple(BAGS), "Grind": GRINDS},
        stock=EVERYWHERE,
        views=2,
        grams=lambda selected: BAGS[selected["Size"]],
        category=("fb-1-3", "Coffee"),
        metafields=(
            ("origin", "single_line_text_field", origin),
            ("roast_level", "single_line_text_field", roast),
            ("tasting_notes", "list.single_line_text_field", json.dumps(list(notes))),
            ("altitude_m", "number_integer", str(altitude_m)),
            ("process", "single_line_text_field", process),
            ("brew_guide", "page_reference", "gid://shopify/Page/90000000001"),
        ),
    )


BEANS = (
    _bag(
        "kynda-house-blend",
        "Kynda House Blend",
        "The coffee in our big pot, every day since we opened.",
        "16.00",
        origin="Colombia and Brazil",
        roast="Medium",
        notes=("milk chocolate", "hazelnut"),
        altitude_m=1400,
        process="Washed",
        featured=True,
    ),
    _bag(
        "ethiopia-yirgacheffe",
        "Ethiopia Yirgacheffe",
        "From a cooperative of six hundred small gardens.",
        "19.50",
        origin="Ethiopia",
        roast="Light",
        notes=("jasmine", "bergamot", "apricot"),
        altitude_m=2000,
        process="Washed",
        featured=True,
    ),
    _bag(
        "colombia-huila",
        "Colombia Huila",
        "A sweet all-rounder from the south of the Andes.",
        "17.50",
        origin="Colombia",
        roast="Medium",
        notes=("caramel", "red apple"),
        altitude_m=1750,
        process="Washed",
    ),
    _bag(
        "guatemala-antigua",
        "Guatemala Antigua",
        "Grown in volcanic soil under shade trees.",
        "18.00",
        origin="Guatemala",
        roast="Medium",
        notes=("cocoa", "orange peel"),
        altitude_m=1600,
        process="Washed",
    ),
    _bag(
        "sumatra-mandheling",
        "Sumatra Mandheling",
        "Wet-hulled, heavy and earthy.",
        "17.00",
        origin="Indonesia",
        roast="Dark",
        notes=("cedar", "dark chocolate", "tobacco"),
        altitude_m=1300,
        process="Wet-hulled",
    ),
    _bag(
        "kenya-nyeri",
        "Kenya Nyeri AA",
        "Bright and juicy, for those who like to be woken.",
        "21.00",
        origin="Kenya",
        roast="Light",
        notes=("blackcurrant", "grapefruit"),
        altitude_m=1850,
        process="Washed",
    ),
    _bag(
        "midnight-espresso",
        "Midnight Espresso",
        "The blend behind every shot at the bar.",
        "16.50",
        origin="Brazil and India",
        roast="Dark",
        notes=("molasses", "toasted almond"),
        altitude_m=1100,
        process="Natural",
    ),
    _bag(
        "decaf-swiss-water",
        "Swiss Water Decaf",
        "All of the evening, none of the night awake.",
        "17.25",
        origin="Honduras",
        roast="Medium",
        notes=("brown sugar", "plum"),
        altitude_m=1450,
        process="Swiss Water",
        decaf=True,
    ),
)

RESERVE = Entry(
    handle="panama-geisha-reserve",
    title="Panama Geisha Reserve",
    description="<p>Forty bags a year. This year's are gone.</p>",
    product_type="Coffee Beans",
    picture="beans",
    price=Decimal("64.00"),
    tags=["coffee-beans", "limited", "roast-light"],
    options={"Grind": ("Whole Bean", "Drip")},
    stock=NOWHERE,
    grams=150,
    category=("fb-1-3", "Coffee"),
    metafields=(
        ("origin", "single_line_text_field", "Panama"),
        ("roast_level", "single_line_text_field", "Light"),
        ("tasting_notes", "list.single_line_text_field", json.dumps(["jasmine", "papaya", "honey"])),
    ),
)

CLUB = Entry(
    handle="roasters-choice-club",
    title="Roaster's Choice Club",
    description="<p>A rare bag each month, chosen by our roaster. Members only.</p>",
    product_type="Coffee Beans",
    picture="beans",
    price=Decimal("24.00"),
    tags=["coffee-beans", "subscription"],
    options={"Grind": ("Whole Bean", "Drip")},
    grams=340,
    category=("fb-1-3", "Coffee"),
    fields={"requires_selling_plan": True},
)


def put_beans(shelf: Shelf) -> None:
    plans = subscriptions()
    for plan in plans.plans:
        weeks = str({"WEEK": 1, "MONTH": 4}[plan.interval] * plan.interval_count)
        plan.metafields.append(shelf.metafield(OPENING_DAY, "weeks", "number_integer", weeks))
    for entry in BEANS:
        bag = shelf.put(entry)
        bag.selling_plan_groups.append(plans)
        _price_by_weight(bag)
        roast = next(each.value for each in bag.metafields if each.key == "roast_level")
        kept = shelf.metafield(bag.created_at, "coffee-roast", "single_line_text_field", roast, "shopify")
        bag.metafields.append(kept)
    shelf.put(RESERVE)
    shelf.put(CLUB).selling_plan_groups.append(club_plans())


def _price_by_weight(bag: Product) -> None:
    for variant in bag.variants:
        variant.unit_measure = {
            "measured_type": "WEIGHT",
            "quantity": variant.weight_grams,
            "unit": "G",
            "reference": 100,
        }
