"""The records of customers, their addresses and tokens, and of companies."""

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.cart_records import PlaceAddress
from sandbox.records import Metafield


@dataclass(slots=True, eq=False)
class CustomerAddress:
    """An entry of a customer's address book."""

    id: int
    address: PlaceAddress


@dataclass(slots=True, eq=False)
class Customer:
    """An account of the classic kind. `password` None: invited, not activated yet.

    `activation_token` and `reset_token` are the secrets of the links that the shop sent by mail.
    """

    id: int
    email: str
    created_at: datetime
    updated_at: datetime
    password: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    accepts_marketing: bool = False
    tags: list[str] = field(default_factory=list)
    addresses: list[CustomerAddress] = field(default_factory=list)
    default_address_id: int | None = None
    metafields: list[Metafield] = field(default_factory=list)
    activation_token: str | None = None
    reset_token: str | None = None
    reset_until: datetime | None = None
    multipass_identifier: str | None = None
    social_login: str | None = None


@dataclass(slots=True, eq=False)
class CustomerAccessToken:
    id: int
    access_token: str
    customer_id: int
    expires_at: datetime


@dataclass(slots=True, eq=False)
class Company:
    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    external_id: str | None = None
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class CompanyLocation:
    id: int
    company: Company
    name: str
    created_at: datetime
    updated_at: datetime
    locale: str | None = None
    external_id: str | None = None
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class CompanyContact:
    """A customer who may buy for `locations` of a company."""

    id: int
    customer_id: int
    locations: list[CompanyLocation]
    created_at: datetime
    updated_at: datetime
    title: str | None = None
    locale: str | None = None


@dataclass(slots=True, frozen=True)
class Mail:
    """A message that the shop would have sent; `url` is the link in it."""

    to: str
    kind: str
    url: str
