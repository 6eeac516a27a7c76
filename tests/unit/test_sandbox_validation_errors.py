"""The stand-in says of a mistake what Shopify says."""

from typing import Any

import pytest

from tests.conftest import Run


@pytest.mark.parametrize(
    ("query", "message", "path", "extensions"),
    [
        (
            "{ nothing }",
            "Field 'nothing' doesn't exist on type 'QueryRoot'",
            ["query", "nothing"],
            {"code": "undefinedField", "typeName": "QueryRoot", "fieldName": "nothing"},
        ),
        (
            "query Q { the: shop { ... on Shop { nothing } } }",
            "Field 'nothing' doesn't exist on type 'Shop'",
            ["query Q", "the", "... on Shop", "nothing"],
            {"code": "undefinedField", "typeName": "Shop", "fieldName": "nothing"},
        ),
        (
            "{ products(first: 1, by: 2) { nodes { id } } }",
            "Field 'products' doesn't accept argument 'by'",
            ["query", "products", "by"],
            {"code": "argumentNotAccepted", "name": "products", "typeName": "Field", "argumentName": "by"},
        ),
        (
            "mutation { cartCreate(input: { by: 1 }) { cart { id } } }",
            "InputObject 'CartInput' doesn't accept argument 'by'",
            ["mutation", "cartCreate", "input", "by"],
            {"code": "argumentNotAccepted", "name": "CartInput", "typeName": "InputObject", "argumentName": "by"},
        ),
        (
            "{ products(first: 1, sortKey: NEW) { nodes { id } } }",
            "Argument 'sortKey' on Field 'products' has an invalid value (NEW).",
            ["query", "products", "sortKey"],
            {"code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": "sortKey"},
        ),
        (
            "{ node { id } }",
            "Field 'node' is missing required arguments: id",
            ["query", "node"],
            {"code": "missingRequiredArguments", "className": "Field", "name": "node", "arguments": "id"},
        ),
        (
            '{ node(id: "1") { ... on Next { id } } }',
            "No such type Next, so it can't be a fragment condition",
            ["query", "node", "... on Next"],
            {"code": "undefinedType", "typeName": "Next"},
        ),
        (
            "{ shop { name @next } }",
            "Directive @next is not defined",
            ["query", "shop", "name"],
            {"code": "undefinedDirective", "directiveName": "next"},
        ),
        (
            "query Q($n: Int) { shop { name } }",
            "Variable $n is declared by Q but not used",
            ["query Q"],
            {"code": "variableNotUsed", "variableName": "n"},
        ),
        (
            "fragment F on Shop { id } { shop { name } }",
            "Fragment F was defined, but not used",
            ["fragment F"],
            {"code": "useAndDefineFragment", "fragmentName": "F"},
        ),
        (
            "{ shop { a: id a: name } }",
            "Field 'a' has a field conflict: id or name?",
            ["query", "shop", "a"],
            {"code": "fieldConflict", "fieldName": "a", "conflicts": "id or name"},
        ),
    ],
)
def test_a_mistake_is_named_as_shopify_names_it(
    run: Run, query: str, message: str, path: list[str], extensions: dict[str, Any]
) -> None:
    result = run(query)

    assert result.data is None
    (error,) = list(result.errors or [])
    assert (error.message, error.path, error.extensions) == (message, path, extensions)
    assert error.formatted["locations"]


def test_a_variable_of_a_wrong_value_is_named_with_its_type(run: Run) -> None:
    (error,) = list(run("query ($n: Int!) { products(first: $n) { nodes { id } } }").errors or [])

    assert error.message == "Variable $n of type Int! was provided invalid value"
    assert (error.extensions or {})["code"] == "INVALID_VARIABLE"
