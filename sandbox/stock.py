"""What can be sold: units of a variant over all locations and at one, bundles counted by their scarcest part."""

from sandbox.records import ProductVariant


def units(variant: ProductVariant) -> int:
    """Sellable units over all locations; 0 for a variant whose stock nobody counts."""
    if variant.components:
        counted = [(part, each) for part, each in variant.components if part.tracked]
        return min((max(units(part), 0) // each for part, each in counted), default=0)
    return sum(level.available for level in variant.stock.values()) if variant.tracked else 0


def units_at(variant: ProductVariant, location_id: int) -> int:
    """Sellable units at one location; 0 for a variant whose stock nobody counts."""
    if variant.components:
        counted = [(part, each) for part, each in variant.components if part.tracked]
        return min((max(units_at(part, location_id), 0) // each for part, each in counted), default=0)
    level = variant.stock.get(location_id)
    return level.available if level is not None and variant.tracked else 0


def is_counted(variant: ProductVariant) -> bool:
    """Whether stock limits the variant: a bundle is as counted as its parts."""
    return any(part.tracked for part, _ in variant.components) if variant.components else variant.tracked


def is_for_sale(variant: ProductVariant) -> bool:
    return not is_counted(variant) or variant.sells_when_out or units(variant) > 0


def is_oversold(variant: ProductVariant) -> bool:
    """Whether it is out of stock and sold all the same."""
    return is_counted(variant) and variant.sells_when_out and units(variant) <= 0
