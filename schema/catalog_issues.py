"""`catalogIssues`: products whose set-up makes printing go wrong."""

from __future__ import annotations

import base64
import binascii

import strawberry

from resolvers import catalog_rules
from resolvers.catalog_check import CatalogReport, Place
from resolvers.catalog_request import checked_catalog
from resolvers.catalog_rules import CatalogRule, Severity
from resolvers.public_errors import ErrorCode, PublicError
from schema.info import Info
from schema.storefront import PageInfo

MAX_PAGE = 250

strawberry.enum(CatalogRule, description="What kind of problem a product has.")
strawberry.enum(
    Severity,
    name="CatalogIssueSeverity",
    description="ERROR: it would not be printed, or would be printed wrongly. WARNING: it works, but not as people "
    "expect.",
)


@strawberry.type(description="A problem in how a product is set up.")
class CatalogIssue:
    rule: CatalogRule
    severity: Severity
    message: str = strawberry.field(description="What the problem is and how to correct it.")
    product_id: strawberry.ID
    product_title: str
    variant_id: strawberry.ID | None = strawberry.field(description="Null when the problem concerns the whole product.")
    variant_title: str | None
    sku: str | None

    @classmethod
    def of(cls, issue: catalog_rules.RuleViolation) -> CatalogIssue:
        variant = issue.variant
        return cls(
            rule=issue.rule,
            severity=issue.severity,
            message=issue.message,
            product_id=strawberry.ID(issue.product.id),
            product_title=issue.product.title,
            variant_id=None if variant is None else strawberry.ID(variant.id),
            variant_title=None if variant is None else variant.title,
            sku=None if variant is None else variant.sku,
        )


@strawberry.type(description="A page of problems, ordered by product and variant.")
class CatalogIssueConnection:
    nodes: list[CatalogIssue]
    page_info: PageInfo
    total_count: int = strawberry.field(description="The number of problems on all pages.")
    variants_checked: int = strawberry.field(description="The number of variants in the shop.")
    variants_unasked: int = strawberry.field(
        description="The number of variants that could not be checked, because Printful is off or does not answer."
    )


async def catalog_issues(info: Info, *, first: int = 50, after: str | None = None) -> CatalogIssueConnection:
    if not 1 <= first <= MAX_PAGE:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"`first` is {first}; it must be from 1 to {MAX_PAGE}.")
    place = None if after is None else _place(after)
    return _page(await checked_catalog(info.context), place, first)


def _page(report: CatalogReport, place: Place | None, first: int) -> CatalogIssueConnection:
    issues, more = report.after(place, first)
    return CatalogIssueConnection(
        nodes=[CatalogIssue.of(issue) for issue in issues],
        page_info=PageInfo(
            has_next_page=more,
            has_previous_page=place is not None,
            start_cursor=_cursor(issues[0].place) if issues else None,
            end_cursor=_cursor(issues[-1].place) if issues else None,
        ),
        total_count=len(report.issues),
        variants_checked=report.variants,
        variants_unasked=report.unasked,
    )


def _cursor(place: Place) -> str:
    """A cursor names the problem itself, so that a corrected one does not shift later pages."""
    product, variant, rule = place
    return base64.urlsafe_b64encode(f"{product}/{variant}/{rule}".encode()).decode()


def _place(cursor: str) -> Place:
    try:
        product, variant, rule = base64.urlsafe_b64decode(cursor.encode()).decode().split("/")
        return int(product), int(variant), rule
    except (ValueError, binascii.Error):
        raise PublicError(ErrorCode.BAD_USER_INPUT, "`after` is not a cursor of this list.") from None
