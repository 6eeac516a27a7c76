"""Where the shop is: two cafes that hand over orders, and the roastery that ships them."""

from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE, ROASTERY
from sandbox.records import Location
from sandbox.store import Store


def put_locations(store: Store) -> None:
    for location in (
        Location(
            id=MAIN_STREET,
            name="Main Street Cafe",
            address1="12 Main Street",
            city="Austin",
            province="Texas",
            province_code="TX",
            country="United States",
            country_code="US",
            zip="78701",
            phone="+15125550111",
            latitude=30.2672,
            longitude=-97.7431,
            pickup_time="Usually ready in 1 hour",
        ),
        Location(
            id=RIVERSIDE,
            name="Riverside Cafe",
            address1="480 Riverside Drive",
            city="San Antonio",
            province="Texas",
            province_code="TX",
            country="United States",
            country_code="US",
            zip="78205",
            phone="+12105550122",
            latitude=29.4241,
            longitude=-98.4936,
            pickup_time="Usually ready in 2 hours",
            address2="Unit 3",
        ),
        Location(
            id=ROASTERY,
            name="Roastery Warehouse",
            address1="7 Foundry Lane",
            city="Houston",
            province="Texas",
            province_code="TX",
            country="United States",
            country_code="US",
            zip="77002",
            phone="+17135550133",
            latitude=29.7604,
            longitude=-95.3698,
            offers_pickup=False,
        ),
    ):
        store.locations[location.id] = location
