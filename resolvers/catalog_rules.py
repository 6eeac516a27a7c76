"""The rules for products that are printed. Pure functions: no I/O."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clients.admin.setup import ShopProduct, ShopVariant
from resolvers.print_on_demand import (
    PRINTFUL_VENDOR,
    CatalogVariantRef,
    PrintfulRef,
    PrintOnDemand,
    SyncVariantRef,
    is_near_printful,
    read_printful_sku,
)
from resolvers.product_kinds import CUSTOMIZABLE_TAG, is_customizable


class CatalogRule(StrEnum):
    """The kind of problem."""

    VENDOR_NEAR_MISS = "vendor_near_miss"
    SKU_NOT_PRINTFULS = "sku_not_printfuls"
    SKU_OF_ANOTHER_VENDOR = "sku_of_another_vendor"
    SKU_DUPLICATE = "sku_duplicate"
    CUSTOMIZABLE_OF_ANOTHER_VENDOR = "customizable_of_another_vendor"
    DESIGNS_MISSING = "designs_missing"
    ART_MISSING = "art_missing"
    DESIGN_NOT_PRINTED = "design_not_printed"
    STOCK_TRACKED = "stock_tracked"
    SHIPPING_OFF = "shipping_off"
    PRINT_VARIANT_UNKNOWN = "print_variant_unknown"
    PRINT_VARIANT_UNLINKED = "print_variant_unlinked"
    PRINT_VARIANT_DISCONTINUED = "print_variant_discontinued"


class Severity(StrEnum):
    """ERROR: an order would not be printed, or printed wrongly. WARNING: it works, but not as people expect."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class RuleViolation:
    """A problem; `variant` is None when it concerns the whole product. `message` says what to do."""

    rule: CatalogRule
    severity: Severity
    message: str
    product: ShopProduct
    variant: ShopVariant | None = None

    @property
    def place(self) -> tuple[int, int, str]:
        """Its sort key: product, variant and rule, which is unique."""
        return _number(self.product.id), _number(self.variant.id) if self.variant is not None else 0, self.rule.value


@dataclass(frozen=True, slots=True)
class CheckedCatalogue:
    """The input of the rules. `prints`: Printful's goods by variant id, None where the SKU names none.

    Variants that Printful did not answer for are absent. `designs`: the number of the shop's designs.
    """

    variants: Sequence[ShopVariant]
    prints: Mapping[str, PrintOnDemand | None]
    designs: int

    @property
    def products(self) -> list[ShopProduct]:
        """The products, each once."""
        return list({each.product.id: each.product for each in self.variants}.values())

    @property
    def printed(self) -> Iterator[tuple[ShopVariant, PrintfulRef]]:
        """The variants that Printful makes, each with its goods there."""
        for variant in self.variants:
            ref = read_printful_sku(variant.sku, variant.product.vendor)
            if ref is not None:
                yield variant, ref


def catalog_issues(catalogue: CheckedCatalogue) -> list[RuleViolation]:
    """All problems, by product, variant and rule. Archived products are not checked."""
    sold = [each for each in catalogue.variants if each.product.status != "ARCHIVED"]
    looked_at = CheckedCatalogue(sold, catalogue.prints, catalogue.designs)
    found = [issue for rule in RULES for issue in rule(looked_at)]
    return sorted(found, key=lambda issue: issue.place)


def is_printful_product(product: ShopProduct) -> bool:
    return product.vendor.strip() == PRINTFUL_VENDOR


def is_nearly_printful(product: ShopProduct) -> bool:
    """Whether the vendor is probably a misspelt `Printful_DS`."""
    return is_near_printful(product.vendor)


def vendor_near_miss(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for product in catalogue.products:
        if is_nearly_printful(product):
            message = f"The vendor {product.vendor!r} is not forwarded to Printful: write it {PRINTFUL_VENDOR}."
            yield RuleViolation(CatalogRule.VENDOR_NEAR_MISS, Severity.ERROR, message, product)


def sku_not_printfuls(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for variant in catalogue.variants:
        if is_printful_product(variant.product) and read_printful_sku(variant.sku, variant.product.vendor) is None:
            has = f"has the SKU {variant.sku!r}" if variant.sku else "has no SKU"
            message = f"It {has}: write PFUL-<Printful's variant> or PFUL-SYNC-<the store's variant>."
            yield _of(variant, CatalogRule.SKU_NOT_PRINTFULS, Severity.ERROR, message)


def sku_of_another_vendor(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for variant in catalogue.variants:
        named = (variant.sku or "").strip().upper().startswith("PFUL-")
        if named and not is_printful_product(variant.product) and not is_nearly_printful(variant.product):
            message = (
                f"The SKU {variant.sku!r} is Printful's, the vendor {variant.product.vendor!r} is not: set the vendor "
                f"{PRINTFUL_VENDOR}, or another SKU."
            )
            yield _of(variant, CatalogRule.SKU_OF_ANOTHER_VENDOR, Severity.ERROR, message)


def sku_duplicate(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    counts = Counter(each.sku for each in catalogue.variants if each.sku)
    for variant in catalogue.variants:
        if variant.sku and counts[variant.sku] > 1:
            message = f"{counts[variant.sku]} variants have the SKU {variant.sku!r}: give each its own."
            yield _of(variant, CatalogRule.SKU_DUPLICATE, Severity.WARNING, message)


def customizable_of_another_vendor(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for product in catalogue.products:
        if is_customizable(product.tags) and not is_printful_product(product) and not is_nearly_printful(product):
            message = (
                f"Its tag {CUSTOMIZABLE_TAG} lets buyers choose a design that nobody prints: set the vendor "
                f"{PRINTFUL_VENDOR}, or remove the tag."
            )
            yield RuleViolation(CatalogRule.CUSTOMIZABLE_OF_ANOTHER_VENDOR, Severity.ERROR, message, product)


def designs_missing(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for product in catalogue.products:
        if is_customizable(product.tags) and not catalogue.designs:
            message = "Buyers are asked to choose a design, but the shop has none: set DESIGNS_FILE."
            yield RuleViolation(CatalogRule.DESIGNS_MISSING, Severity.ERROR, message, product)


def art_missing(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for variant, ref in catalogue.printed:
        if isinstance(ref, CatalogVariantRef) and not is_customizable(variant.product.tags):
            message = (
                f"The SKU {variant.sku} names a blank, and nothing says what to print on it: add the tag "
                f"{CUSTOMIZABLE_TAG}, or use the PFUL-SYNC- SKU of a template with its design."
            )
            yield _of(variant, CatalogRule.ART_MISSING, Severity.ERROR, message)


def design_not_printed(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for variant, ref in catalogue.printed:
        if isinstance(ref, SyncVariantRef) and is_customizable(variant.product.tags):
            message = (
                f"The SKU {variant.sku} has a design of its own, which is printed instead of the buyer's: remove the "
                f"tag {CUSTOMIZABLE_TAG}, or use the PFUL- SKU of a blank."
            )
            yield _of(variant, CatalogRule.DESIGN_NOT_PRINTED, Severity.ERROR, message)


def stock_tracked(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for variant in catalogue.variants:
        if is_printful_product(variant.product) and variant.tracked:
            message = "Its stock is tracked, so it sells out though it is made to order: switch tracking off."
            yield _of(variant, CatalogRule.STOCK_TRACKED, Severity.WARNING, message)


def shipping_off(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for variant in catalogue.variants:
        if is_printful_product(variant.product) and not variant.requires_shipping:
            message = "It is not a physical product, so it is never sent to Printful: switch shipping on."
            yield _of(variant, CatalogRule.SHIPPING_OFF, Severity.ERROR, message)


def print_variant_unknown(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for variant, _ in catalogue.printed:
        if variant.id in catalogue.prints and catalogue.prints[variant.id] is None:
            message = f"Printful has nothing under {variant.sku}: look the number up in Printful's catalogue or store."
            yield _of(variant, CatalogRule.PRINT_VARIANT_UNKNOWN, Severity.ERROR, message)


def print_variant_unlinked(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for variant, ref in catalogue.printed:
        print_item = catalogue.prints.get(variant.id)
        if print_item is not None and isinstance(ref, SyncVariantRef) and print_item.catalog_variant_id is None:
            message = f"Printful's store has {variant.sku} without a product to print: choose one in Printful."
            yield _of(variant, CatalogRule.PRINT_VARIANT_UNLINKED, Severity.ERROR, message)


def print_variant_discontinued(catalogue: CheckedCatalogue) -> Iterator[RuleViolation]:
    for variant, _ in catalogue.printed:
        print_item = catalogue.prints.get(variant.id)
        if print_item is not None and print_item.is_discontinued:
            message = f"Printful no longer makes {variant.sku}: remove the variant, or choose another."
            yield _of(variant, CatalogRule.PRINT_VARIANT_DISCONTINUED, Severity.ERROR, message)


RULES: tuple[Callable[[CheckedCatalogue], Iterator[RuleViolation]], ...] = (
    vendor_near_miss,
    sku_not_printfuls,
    sku_of_another_vendor,
    sku_duplicate,
    customizable_of_another_vendor,
    designs_missing,
    art_missing,
    design_not_printed,
    stock_tracked,
    shipping_off,
    print_variant_unknown,
    print_variant_unlinked,
    print_variant_discontinued,
)


def _of(variant: ShopVariant, rule: CatalogRule, severity: Severity, message: str) -> RuleViolation:
    return RuleViolation(rule, severity, message, variant.product, variant)


def _number(gid: str) -> int:
    """The number in a global id."""
    number = gid.rpartition("/")[2]
    return int(number) if number.isdigit() else 0
