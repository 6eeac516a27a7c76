"""`Product.safeDescriptionHtml`: a description that a page may insert unchanged."""

from __future__ import annotations

import strawberry

from resolvers.safe_html import ATTRIBUTES, LINK_REL, TAGS, safe_html
from schema.gateway_field import Facts
from schema.storefront import HTML

_ATTRIBUTES = "; ".join(f"{tag}: {', '.join(sorted(names))}" for tag, names in ATTRIBUTES.items())
DESCRIPTION = (
    "The description with nothing in it that could act in a page. "
    f"Tags that stay: {', '.join(sorted(TAGS))}. Attributes that stay: {_ATTRIBUTES}. "
    f'Addresses stay where they are whole, and of a secure page or an e-mail. Links get `rel="{LINK_REL}"`.'
)


def safe_description_html(facts: strawberry.Parent[Facts]) -> HTML:
    return HTML(safe_html(facts["descriptionHtml"]))
