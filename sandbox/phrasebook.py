"""The shop's short texts in the other languages it speaks. What is not in here is said in English."""

_GERMAN = {
    # options and their values
    "Size": "Größe", "Milk": "Milch", "Color": "Farbe", "Grind": "Mahlgrad", "Temperature": "Temperatur",
    "Spread": "Aufstrich", "Extra": "Extra", "Filling": "Füllung", "Bagel": "Bagel", "Title": "Titel",
    "Denominations": "Beträge", "Small": "Klein", "Medium": "Mittel", "Large": "Groß", "Whole": "Vollmilch",
    "Skim": "Fettarm", "Oat": "Hafer", "Almond": "Mandel", "Hot": "Heiß", "Iced": "Auf Eis", "Single": "Einfach",
    "Double": "Doppelt", "White": "Weiß", "Black": "Schwarz", "Navy": "Marineblau", "Forest": "Waldgrün",
    "Maroon": "Weinrot", "Oyster": "Naturweiß", "Sand": "Sand", "Terracotta": "Terrakotta", "Sage": "Salbei",
    "Slate": "Schiefer", "Copper": "Kupfer", "Whole Bean": "Ganze Bohne", "Drip": "Filter", "None": "Ohne",
    "French Press": "Stempelkanne", "Plain": "Natur", "One size": "Einheitsgröße",
    # products
    "Latte": "Milchkaffee", "Flat White": "Flat White", "Hot Chocolate": "Heiße Schokolade",
    "Drip Coffee": "Filterkaffee", "Butter Croissant": "Buttercroissant", "Kynda House Blend": "Kynda Hausmischung",
    "Ceramic Mug": "Keramikbecher", "Ceramic Dripper": "Keramikfilter", "Paper Filters": "Papierfilter",
    "Home Espresso Machine": "Espressomaschine für zu Hause", "Kynda Gift Card": "Kynda Geschenkkarte",
    "Two shots under a deep layer of steamed milk.": "Zwei Shots unter viel aufgeschäumter Milch.",
    "Thrown by hand, glazed twice, holds 300 ml.": "Von Hand gedreht, zweimal glasiert, fasst 300 ml.",
    # collections
    "Home page": "Startseite", "All products": "Alle Produkte", "Coffee Beans": "Kaffeebohnen",
    "Accessories": "Zubehör", "Drinkware": "Becher und Tassen", "Apparel": "Kleidung",
    "Espresso Drinks": "Espressogetränke", "Brewed Coffee": "Gebrühter Kaffee", "Tea and More": "Tee und mehr",
    "Bakery": "Bäckerei",
    # facets
    "Availability": "Verfügbarkeit", "In stock": "Auf Lager", "Out of stock": "Nicht auf Lager", "Price": "Preis",
    "Product type": "Produkttyp", "Vendor": "Anbieter", "Tag": "Schlagwort", "Category": "Kategorie",
    "Origin": "Herkunft", "Roast": "Röstung", "Tasting notes": "Aromen", "Vegan": "Vegan",
    # places
    "Usually ready in 1 hour": "Meist in 1 Stunde fertig", "Usually ready in 2 hours": "Meist in 2 Stunden fertig",
    # subscriptions
    "Subscribe and save": "Abonnieren und sparen", "Deliver every": "Lieferung alle", "Week": "Woche",
    "2 weeks": "2 Wochen", "Month": "Monat",
}  # fmt: skip
_SPANISH = {
    "Size": "Tamaño", "Milk": "Leche", "Color": "Color", "Grind": "Molienda", "Temperature": "Temperatura",
    "Spread": "Para untar", "Extra": "Extra", "Filling": "Relleno", "Bagel": "Bagel", "Title": "Título",
    "Denominations": "Importes", "Small": "Pequeño", "Medium": "Mediano", "Large": "Grande", "Whole": "Entera",
    "Skim": "Desnatada", "Oat": "Avena", "Almond": "Almendra", "Hot": "Caliente", "Iced": "Con hielo",
    "Black": "Negro", "White": "Blanco", "Whole Bean": "En grano", "Drip": "Filtro", "None": "Sin extra",
    "Latte": "Café con leche", "Hot Chocolate": "Chocolate caliente", "Kynda House Blend": "Mezcla de la casa Kynda",
    "Ceramic Mug": "Taza de cerámica", "Two shots under a deep layer of steamed milk.":
    "Dos cafés bajo una capa generosa de leche caliente.", "Home page": "Inicio", "Coffee Beans": "Café en grano",
    "Bakery": "Panadería", "Drinkware": "Tazas y vasos", "Availability": "Disponibilidad",
    "In stock": "Disponible", "Out of stock": "Agotado", "Price": "Precio",
}  # fmt: skip
PHRASES = {"DE": _GERMAN, "ES": _SPANISH}


def said(text: str, language: str) -> str:
    """`text` in a language (a LanguageCode); unchanged where the book does not have it."""
    return PHRASES.get(language, {}).get(text, text)
