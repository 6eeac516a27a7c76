"""The part of Shopify's product taxonomy that the shop's products stand in."""

NAMES = {
    "aa": "Apparel & Accessories",
    "aa-1": "Clothing",
    "aa-1-13": "Clothing Tops",
    "aa-1-13-8": "T-Shirts",
    "aa-1-13-13": "Hoodies",
    "aa-2": "Clothing Accessories",
    "aa-2-17": "Hats",
    "fb": "Food, Beverages & Tobacco",
    "fb-1": "Beverages",
    "fb-1-3": "Coffee",
    "fb-1-8": "Tea & Infusions",
    "fb-2": "Food Items",
    "fb-2-2": "Bakery",
    "hg": "Home & Garden",
    "hg-11": "Kitchen & Dining",
    "hg-11-6": "Kitchen Appliances",
    "hg-11-6-4": "Coffee Makers",
    "hg-11-10": "Tableware",
    "hg-11-10-3": "Drinkware",
    "hg-11-10-3-3": "Mugs",
    "hg-11-10-3-8": "Tumblers",
}


def ancestors(category_id: str) -> list[str]:
    """The ids above a category, the root first."""
    parts = category_id.split("-")
    return ["-".join(parts[:length]) for length in range(1, len(parts))]
