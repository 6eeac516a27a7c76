"""The shop's designs, which only the server defines, so that nobody can send art of their own."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from resolvers.public_errors import ErrorCode, PublicError

ART_URL_ATTRIBUTE = "_customArtUrl"
ART_NAME_ATTRIBUTE = "_customArtName"
_FIELDS = ("id", "name", "thumbnailUrl", "fullImageUrl", "description")
_USUAL_PORTS = {"http": 80, "https": 443}
_REQUIRED = ("id", "name", "thumbnailUrl", "fullImageUrl")


@dataclass(frozen=True, slots=True)
class ShopDesign:
    """A picture of the shop. `full_image_url` is printed.

    `previous_urls` are former addresses of `full_image_url`; carts and orders may still have them.
    """

    id: str
    name: str
    thumbnail_url: str
    full_image_url: str
    description: str | None = None
    previous_urls: tuple[str, ...] = ()


class DesignCatalogue:
    """The designs in the shop's order, and the hosts that art may come from."""

    def __init__(self, designs: Sequence[ShopDesign] = (), *, art_hosts: Collection[str] = ()) -> None:
        self._designs = {design.id: design for design in designs}
        self._by_art = {url: design for design in designs for url in design.previous_urls}
        self._by_art |= {design.full_image_url: design for design in designs}
        self.art_hosts = frozenset(host.casefold() for host in art_hosts)

    def __iter__(self) -> Iterator[ShopDesign]:
        return iter(self._designs.values())

    def __len__(self) -> int:
        return len(self._designs)

    @property
    def ids(self) -> list[str]:
        return list(self._designs)

    def design(self, design_id: str) -> ShopDesign | None:
        """The design of that id."""
        return self._designs.get(design_id)

    def chosen(self, design_id: str) -> ShopDesign:
        """The design of that id. Raises PublicError, which names the designs that exist."""
        design = self.design(design_id)
        if design is None:
            advice = f"choose one of {', '.join(self.ids)}" if self._designs else "the shop has none"
            raise PublicError(ErrorCode.BAD_USER_INPUT, f"There is no design {design_id!r}: {advice}.")
        return design

    def of_art(self, url: str) -> ShopDesign | None:
        """The design that has, or had, this print file."""
        return self._by_art.get(url)

    def allows(self, url: str) -> bool:
        """Whether art may be fetched from there."""
        return host_of(url) in self.art_hosts


def host_of(url: str) -> str | None:
    """The host of an http(s) address, with its port unless it is the default; None for any other text."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _USUAL_PORTS or not parts.hostname or parts.username is not None:
        return None
    return parts.hostname if port in (None, _USUAL_PORTS[parts.scheme]) else f"{parts.hostname}:{port}"


def line_attributes(design: ShopDesign) -> list[dict[str, str]]:
    """The cart line attributes that name the design to print."""
    return [
        {"key": ART_URL_ATTRIBUTE, "value": design.full_image_url},
        {"key": ART_NAME_ATTRIBUTE, "value": design.name},
    ]


def read_designs(text: str) -> list[ShopDesign]:
    """The designs in a JSON list of the shop's design records. Raises ValueError, which names the record and the
    fault.
    """
    try:
        records = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error}") from None
    if not isinstance(records, list):
        raise ValueError("it must hold a list of designs")
    designs = [_design(number, record) for number, record in enumerate(records, 1)]
    ids = [design.id for design in designs]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise ValueError(f"ids are used twice: {', '.join(twice)}")
    _check_previous_urls(designs)
    return designs


def _check_previous_urls(designs: Sequence[ShopDesign]) -> None:
    """Raises ValueError when two designs share an address: old orders would be printed with the wrong art."""
    owner = {design.full_image_url: design.id for design in designs}
    for design in designs:
        for url in design.previous_urls:
            if owner.setdefault(url, design.id) != design.id:
                raise ValueError(f"previousUrls of {design.id} names an address of {owner[url]}: {url}")


def _design(number: int, record: Any) -> ShopDesign:
    values: Mapping[str, Any] = record if isinstance(record, dict) else {}
    wrong = [name for name in _FIELDS if not isinstance(values.get(name), str) and values.get(name) is not None]
    missing = [name for name in _REQUIRED if not values.get(name)]
    if wrong or missing:
        raise ValueError(f"design {number} needs texts for {', '.join(dict.fromkeys(missing + wrong))}")
    for name in ("thumbnailUrl", "fullImageUrl"):
        if host_of(values[name]) is None:
            raise ValueError(f"design {number}: {name} is no http address")
    return ShopDesign(
        values["id"],
        values["name"],
        values["thumbnailUrl"],
        values["fullImageUrl"],
        values.get("description"),
        _previous_urls(number, values.get("previousUrls")),
    )


def _previous_urls(number: int, urls: Any) -> tuple[str, ...]:
    if urls is None:
        return ()
    if not isinstance(urls, list) or not all(isinstance(url, str) and host_of(url) is not None for url in urls):
        raise ValueError(f"design {number}: previousUrls must be a list of http addresses")
    return tuple(urls)
