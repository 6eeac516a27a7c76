"""Committed generated files equal their generator's output, and our documents fit the contracts."""

from pathlib import Path

import pytest
from graphql import build_schema, is_specified_directive, parse, print_schema, validate

from clients.admin.operations import DOCUMENTS
from clients.contracts import (
    STOREFRONT_PATCH,
    STOREFRONT_SDL,
    admin_schema,
    pruned,
    storefront_schema,
    with_changelog,
)
from schema.graph import PUBLIC_SDL, public_graph, staff_graph

ROOT = Path(__file__).parents[2]


def test_the_printed_schema_is_the_public_graph() -> None:
    assert PUBLIC_SDL.read_text() == public_graph().sdl


def test_the_committed_admin_contract_is_exactly_what_our_documents_use() -> None:
    # `pruned` cuts the schema it is given: the committed one is read again for it.
    admin_schema.cache_clear()
    before = print_schema(admin_schema())
    after = print_schema(pruned(admin_schema(), DOCUMENTS))
    admin_schema.cache_clear()

    assert after == before


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_that_we_send_to_admin_fits_the_admin_contract(document: str) -> None:
    assert validate(admin_schema(), parse(document)) == []


STOREFRONTS = sorted((ROOT / "tests/gateway/operations").glob("*.graphql"))
TABS = sorted((ROOT / "edge/graphiql/operations").glob("*.graphql"))


@pytest.mark.parametrize("path", STOREFRONTS, ids=lambda path: path.stem)
def test_a_storefronts_operation_fits_the_official_contract(path: Path) -> None:
    assert validate(storefront_schema(), parse(path.read_text())) == []


@pytest.mark.parametrize("path", TABS, ids=lambda path: path.stem)
def test_a_tab_of_graphiql_fits_the_graph_as_staff_see_it(path: Path) -> None:
    assert validate(staff_graph().seen, parse(path.read_text())) == []


def test_the_contract_has_every_addition_of_the_changelog_and_no_other() -> None:
    patch = build_schema(f"type Query {{ id: ID }}\n{STOREFRONT_PATCH.read_text()}")
    added = {(each.name, name) for each in patch.directives if not is_specified_directive(each) for name in each.args}

    assert added == {("inContext", "channelId")}
    for directive, argument in added:
        in_contract = storefront_schema().get_directive(directive)
        assert in_contract is not None
        assert argument in in_contract.args


def test_an_addition_that_the_contract_already_has_is_reported() -> None:
    with pytest.raises(ValueError, match="@inContext has channelId already"):
        with_changelog(STOREFRONT_SDL.read_text(), STOREFRONT_PATCH.read_text())


def test_an_addition_to_an_unknown_directive_is_reported() -> None:
    with pytest.raises(ValueError, match="no directive @elsewhere"):
        with_changelog("# head\n\ntype Query { id: ID }\n", "directive @elsewhere(a: ID) on QUERY")
