"""Reads and validates the bodies of Printful's order requests."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from sandbox.print_order_records import PrintFile, PrintOrderItem
from sandbox.printful.catalogue import Catalogue, name_of
from sandbox.printful.countries import COUNTRIES, STATES
from sandbox.printful.refusals import Refusal
from sandbox.printful.shipping import country_of, prints_cost
from sandbox.printful.synced import SyncedGoods
from sandbox.printful.templates import templates
from sandbox.printful_ids import PRINT_PRODUCTS, PRINT_VARIANTS, SHIRT, SYNC_VARIANTS, PrintVariant, SyncVariant
from sandbox.store import Store

MAX_QUANTITY = 1000
MAX_GIFT = 200
_EXTERNAL_ID = re.compile(r"[0-9A-Za-z_-]{1,32}")
_RECIPIENT = (
    "name",
    "company",
    "address1",
    "address2",
    "city",
    "state_code",
    "state_name",
    "country_code",
    "country_name",
    "zip",
    "phone",
    "email",
    "tax_number",
)
_GOODS = ("sync_variant_id", "external_variant_id", "warehouse_product_variant_id")
_TEMPLATES = ("product_template_id", "external_product_id")


def external_id_of(sent: Mapping[str, Any], whose: str) -> str | None:
    """The shop's own id of an order or an item; None when it is missing. Raises Refusal."""
    found = sent.get("external_id")
    if found is None:
        return None
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not _EXTERNAL_ID.fullmatch(text):
        problem = "up to 32 characters, which may be digits, Latin letters, dashes and underscores"
        raise Refusal(400, f"External ID of the {whose} is not valid: it takes {problem}.")
    return text


def recipient_of(sent: Any) -> dict[str, str | None]:
    """The recipient of the order, with null for missing fields. Raises Refusal."""
    country = country_of(sent)
    for name, word in (("name", "Name"), ("address1", "Address"), ("city", "City")):
        if not isinstance(sent.get(name), str) or not sent[name].strip():
            raise Refusal(400, f"Recipient: {word} cannot be blank.")
    for name in _RECIPIENT:
        if sent.get(name) is not None and not isinstance(sent[name], str):
            raise Refusal(400, f"Recipient: {name} must be a text.")
    state = sent.get("state_code")
    given: dict[str, str | None] = {name: sent.get(name) or None for name in _RECIPIENT}
    given["country_name"] = COUNTRIES[country]
    given["state_name"] = given["state_name"] or STATES.get(country, {}).get(str(state))
    return given


def gift_of(sent: Any) -> Mapping[str, Any] | None:
    """The gift texts; None without any. Raises Refusal."""
    if sent is None:
        return None
    given = {name: sent.get(name) for name in ("subject", "message")} if isinstance(sent, dict) else {}
    if not given or any(len(str(words or "")) > MAX_GIFT for words in given.values()):
        raise Refusal(400, f"A gift's subject and message take up to {MAX_GIFT} characters.")
    return given


def packing_slip_of(sent: Any) -> Mapping[str, Any] | None:
    """The packing slip; None for the store's default. Raises Refusal."""
    if sent is None:
        return None
    if not isinstance(sent, dict) or not any(sent.get(n) for n in ("email", "phone", "message", "custom_order_id")):
        raise Refusal(400, "Invalid packing slip", code="SI-1")
    names = ("email", "phone", "message", "logo_url", "store_name", "custom_order_id")
    return {name: sent.get(name) for name in names}


def retail_costs_of(sent: Any) -> dict[str, Any]:
    """The retail costs in the request. Raises Refusal."""
    if sent is None:
        return {}
    if not isinstance(sent, dict):
        raise Refusal(400, "Retail costs are not valid.")
    given = {name: amount_of(sent.get(name), name) for name in ("subtotal", "discount", "shipping", "tax")}
    return {"currency": sent.get("currency"), **given}


def amount_of(sent: Any, name: str) -> Decimal | None:
    """An amount of money; None when it is missing. Raises Refusal."""
    if sent is None:
        return None
    try:
        amount = Decimal(str(sent))
    except InvalidOperation:
        amount = Decimal(-1)
    if isinstance(sent, bool) or not amount.is_finite() or amount < 0:
        raise Refusal(400, f"The {name} must be an amount of money.")
    return amount


class Items:
    """Reads the items of orders, and stores their files in the file library."""

    def __init__(self, store: Store, catalogue: Catalogue, goods: SyncedGoods) -> None:
        self._store = store
        self._catalogue = catalogue
        self._goods = goods

    def new(self, sent: Any) -> list[PrintOrderItem]:
        """The items of a new order. Raises Refusal."""
        return self.changed([], sent)

    def changed(self, old: list[PrintOrderItem], sent: Any) -> list[PrintOrderItem]:
        """The items of an order after a change: items without a match are new, and missing ones are removed."""
        if not isinstance(sent, list) or not sent:
            raise Refusal(400, "No items")
        found: list[PrintOrderItem] = []
        for each in sent:
            if not isinstance(each, dict):
                raise Refusal(400, "Invalid order item", code="OR-5")
            before = _before(old, each)
            if before is None:
                found.append(self._item(self._store.new_print_id(), each))
            else:
                found.append(self._item(before.id, {**before.sent, **_same_way(before, each)}))
        ids = [each.external_id for each in found if each.external_id is not None]
        if len(set(ids)) < len(ids) or len({each.id for each in found}) < len(found):
            raise Refusal(400, "Item with this External ID already exists in the order.")
        return found

    def _item(self, key: int, sent: Mapping[str, Any]) -> PrintOrderItem:
        synced, variant = self._goods_of(sent)
        quantity = sent.get("quantity")
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= MAX_QUANTITY:
            raise Refusal(400, f"The quantity must be a whole number from 1 to {MAX_QUANTITY}.")
        statuses = self._catalogue.statuses(variant.id)
        if statuses == {"discontinued"}:
            raise Refusal(400, f"Variant with ID: {variant.id} is currently restricted.", code="OR-6")
        template = self._template(sent, variant)
        files = self._files(sent, variant, synced, template)
        name = f"{synced.sync_product_name} - {variant.size}" if synced else name_of(variant)
        return PrintOrderItem(
            id=key,
            sent=dict(sent),
            external_id=external_id_of(sent, "item"),
            variant_id=variant.id,
            quantity=quantity,
            price=variant.cost + prints_cost(variant.product_id, files),
            name=str(sent.get("name") or name),
            sync_variant_id=synced.id if synced else None,
            external_variant_id=self._goods.external_id(synced) if synced else None,
            product_template_id=template,
            retail_price=amount_of(sent.get("retail_price"), "retail price"),
            sku=sent.get("sku"),
            options=sent["options"] if isinstance(sent.get("options"), list) else [],
            files=files,
            preview=self._file(None),
        )

    def _goods_of(self, sent: Mapping[str, Any]) -> tuple[SyncVariant | None, PrintVariant]:
        """The goods that an item refers to. Raises Refusal."""
        named = [name for name in _GOODS if sent.get(name) is not None]
        if len(named) + (sent.get("variant_id") is not None) != 1:
            raise Refusal(400, "An item must name exactly one variant.", code="OR-5")
        if not named:
            return None, _catalogue_variant(sent["variant_id"])
        if any(sent.get(name) is not None for name in _TEMPLATES):
            raise Refusal(400, "A product template cannot be combined with a sync variant.", code="OR-8")
        synced = self._synced(named[0], sent[named[0]])
        if synced is None:
            raise Refusal(400, f"Variant with ID: {sent[named[0]]} does not exist.")
        return synced, PRINT_VARIANTS[synced.variant_id]

    def _synced(self, way: str, key: Any) -> SyncVariant | None:
        """The sync variant by Printful's id or the external id. Warehouse goods are not supported."""
        if way == "sync_variant_id":
            return SYNC_VARIANTS.get(key) if isinstance(key, int) else None
        if way == "external_variant_id":
            return next((each for each in SYNC_VARIANTS.values() if self._goods.external_id(each) == str(key)), None)
        return None

    def _template(self, sent: Mapping[str, Any], variant: PrintVariant) -> int | None:
        """The product template of an item, if it has one. Raises Refusal."""
        named = [name for name in _TEMPLATES if sent.get(name) is not None]
        if not named:
            return None
        if len(named) > 1 or sent.get("files") or sent.get("options"):
            raise Refusal(400, "A product template cannot be combined with files, options or another one.", code="OR-8")
        field = {"product_template_id": "id", "external_product_id": "external_product_id"}[named[0]]
        for each in templates(self._catalogue):
            if str(each[field]) == str(sent[named[0]]):
                if variant.id not in each["available_variant_ids"]:
                    raise Refusal(400, "The variant is not one of the product template's.")
                return int(each["id"])
        raise Refusal(400, "The product template does not exist.")

    def _files(
        self, sent: Mapping[str, Any], variant: PrintVariant, synced: SyncVariant | None, template: int | None
    ) -> dict[str, PrintFile]:
        """The print files by placement. Raises Refusal."""
        given = sent.get("files")
        if not given:
            if synced is None and template is None:
                raise Refusal(400, "Item can't be submitted without any print files")
            return {"default": self._file(f"{'template' if template else 'sync'}:{template or (synced and synced.id)}")}
        if not isinstance(given, list):
            raise Refusal(400, "Files must be a list.")
        files: dict[str, PrintFile] = {}
        for each in given:
            place, url = _place(each, variant), _url(each)
            if place == "preview":
                continue
            if place in files:
                raise Refusal(400, f"There is more than one file of the type {place}.", code="OR-12")
            files[place] = self._file(url)
        if not files:
            raise Refusal(400, "Item can't be submitted without any print files")
        return files

    def _file(self, origin: str | None) -> PrintFile:
        """A file of the library. A known file is not fetched again; a mockup is always new."""
        known_file = self._store.print_files.get(origin) if origin is not None else None
        if known_file is not None:
            return known_file
        url = origin if origin is not None and origin.startswith("http") else None
        created = PrintFile(self._store.new_print_id(), url, self._store.clock.now())
        if origin is not None:
            self._store.print_files[origin] = created
        return created


def _before(old: Iterable[PrintOrderItem], sent: Mapping[str, Any]) -> PrintOrderItem | None:
    """The existing item with the same id, or else with the same external id."""
    for each in old:
        if sent.get("id") == each.id:
            return each
    own = sent.get("external_id")
    return next((each for each in old if own is not None and each.external_id == str(own)), None)


def _same_way(before: PrintOrderItem, sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """The changed fields of an existing item, whose kind of goods must stay. Raises Refusal."""
    for names, code in ((_GOODS, "OR-7"), (_TEMPLATES, "OR-8")):
        given = {name for name in names if sent.get(name) is not None}
        had = {name for name in names if before.sent.get(name) is not None}
        if given and given != had:
            raise Refusal(400, "An existing item cannot become one of other goods.", code=code)
    return sent


def _catalogue_variant(key: Any) -> PrintVariant:
    found = PRINT_VARIANTS.get(int(key)) if str(key).isdigit() else None
    if found is None:
        raise Refusal(400, f"Variant with ID: {key} does not exist.")
    return found


def _place(file: Any, variant: PrintVariant) -> str:
    """The placement of a file. The shirt's front is stored as `default`."""
    if not isinstance(file, dict):
        raise Refusal(400, "A file must be an object.", code="FL-7")
    place = str(file.get("type") or "default")
    known = {kind for kind, _, _ in PRINT_PRODUCTS[variant.product_id].placements} | {"default", "preview"}
    if place not in known:
        product = PRINT_PRODUCTS[variant.product_id].title
        raise Refusal(400, f"{product} takes no file of the type {place}.")
    _check_position(file.get("position"))
    return "default" if (variant.product_id, place) == (SHIRT, "front") else place


def _url(file: Mapping[str, Any]) -> str:
    url = file.get("url")
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(400, "A file's URL is not valid.", code="FL-2" if url else "FL-8")
    return str(url)


def _check_position(position: Any) -> None:
    """Refuses a print that crosses the border of its area, unless the request allows that."""
    if position is None:
        return
    names = ("area_width", "area_height", "width", "height", "top", "left")
    if not isinstance(position, dict) or not all(isinstance(position.get(name), int | float) for name in names):
        raise Refusal(400, "Invalid position")
    area_width, area_height, width, height, top, left = (position[name] for name in names)
    crosses = top < 0 or left < 0 or left + width > area_width or top + height > area_height
    if width <= 0 or height <= 0 or (crosses and position.get("limit_to_print_area", True)):
        raise Refusal(400, "Invalid position")
