"""Plans: made once, bounded in memory, and refused with a reason."""

import gc
from typing import Any

import pytest

from resolvers.public_errors import RequestRefused
from schema.execution.envelope import StorefrontStruct
from schema.execution.limits import DocumentLimits
from schema.execution.plan import BYTES_PER_SHAPE, MAX_FORMS, Planner
from schema.graph import public_graph, staff_graph

MUG = '{ product(handle: "mug") { title } }'


def planner(**limits: int) -> Planner:
    others: dict[str, Any] = {name: limits.pop(name) for name in ("max_plan_bytes", "suggests") if name in limits}
    document = DocumentLimits(**{"tokens": 200, "selections": 200} | limits)
    return Planner(public=public_graph(), staff=staff_graph, limits=document, **{"max_plan_bytes": 1_000_000} | others)


def refused(query: str, operation_name: str | None = None) -> RequestRefused:
    with pytest.raises(RequestRefused) as refusal:
        planner().plan(query, operation_name)
    return refusal.value


def test_a_plan_is_made_once() -> None:
    plans = planner()

    assert plans.plan(MUG, None) is plans.plan(MUG, None)


def test_plans_beyond_the_limit_are_dropped_and_computed_again() -> None:
    size_bytes = planner().plan(MUG, None).size_bytes
    plans = planner(max_plan_bytes=2 * size_bytes)
    first = plans.plan(MUG, None)
    plans.plan(MUG + " ", None)

    assert plans.plan(MUG, None) is not first


def test_a_document_larger_than_the_bound_is_planned_and_not_cached() -> None:
    plans = planner(max_plan_bytes=64)

    assert plans.plan(MUG, None).requests


def test_a_plan_with_a_large_request_takes_more_memory() -> None:
    menu, shop = "{ cafeMenu { __typename } }", "{ shop { __typename name } }"

    assert planner().plan(menu, None).size_bytes > planner().plan(shop, None).size_bytes + 16 * 500


def test_a_pure_operation_is_forwarded_unchanged() -> None:
    query = "query   Mug { # as written\n  shop { name } }"
    plan = planner().plan(query, None)

    assert plan.requests[0].text == query
    assert plan.name == "Mug"


def test_only_the_named_operation_of_several_is_forwarded() -> None:
    plan = planner().plan("query A { shop { name } } query B { shop { id } }", "B")

    assert "query A" not in plan.requests[0].text
    assert "query B" in plan.requests[0].text


def test_deferred_fragments_are_forwarded_without_the_directive() -> None:
    plan = planner().plan("{ shop { ... @defer { name } } }", None)

    assert "@defer" not in plan.requests[0].text


@pytest.mark.parametrize(
    ("query", "name", "code"),
    [
        ("{ shop {", None, "GRAPHQL_PARSE_FAILED"),
        ("{ gateway { nothing } }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("{ __schema { nothing } }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { shop { id } } query B { shop { id } }", None, "OPERATION_RESOLUTION_FAILURE"),
        ("query A { shop { id } }", "B", "OPERATION_RESOLUTION_FAILURE"),
        ("fragment F on Shop { id }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("{ " + "a: __typename " * 200 + "}", None, "GRAPHQL_PARSE_FAILED"),
    ],
)
def test_an_operation_that_cannot_run_is_refused_with_a_code(query: str, name: str | None, code: str) -> None:
    assert refused(query, name).errors[0].code == code


def test_an_error_states_its_location() -> None:
    error = refused("{\n  gateway { nothing }\n}").errors[0]

    assert "nothing" in error.message
    assert error.formatted()["locations"] == [{"line": 2, "column": 13}]


def test_a_document_nested_beyond_reason_is_refused() -> None:
    menu = "items { " * 2_000 + "id" + " }" * 2_000

    with pytest.raises(RequestRefused, match="nested too deeply"):
        planner(tokens=20_000).plan(f'{{ menu(handle: "m") {{ {menu} }} }}', None)


def test_validation_ends_after_three_mistakes() -> None:
    errors = refused("{ cafeMenu { " + " ".join(f"nothing{i}" for i in range(50)) + " } }").errors

    assert len(errors) == 3
    assert all("nothing" in error.message for error in errors)


@pytest.mark.parametrize(
    ("query", "hidden"),
    [
        ("{ cafeMenu { titl } }", "title"),
        ("{ cafeMenu { sections { item { isSoldOut } } } }", "items"),
        ("{ featuredProducts(firs: 1) { nodes { id } } }", "first"),
        ("{ cafeMenu { sections { items { modifiers { kind(x: 1) } } } } }", "kinds"),
    ],
)
def test_without_suggestions_no_message_names_unsent_fields(query: str, hidden: str) -> None:
    with pytest.raises(RequestRefused) as refusal:
        planner(suggests=False).plan(query, None)

    for error in refusal.value.errors:
        assert "Did you mean" not in error.message
        assert f"'{hidden}'" not in error.message


def test_with_suggestions_a_message_helps() -> None:
    assert any("Did you mean 'title'" in error.message for error in refused("{ cafeMenu { titl } }").errors)


def test_evicted_plans_leave_no_generated_types_in_memory() -> None:
    plans = planner(max_plan_bytes=200_000)
    gc.collect()
    before = len(StorefrontStruct.__subclasses__())
    for number in range(50):
        forms = plans.plan(f'{{ a{number}: product(handle: "mug") {{ title kind }} }}', None).forms
        assert forms is not None
        assert forms.under({}) is not None
    gc.collect()

    assert len(StorefrontStruct.__subclasses__()) - before < 30


def test_a_plan_is_compiled_once_for_each_set_of_values_of_its_conditions() -> None:
    query = """query ($on: Boolean!, $n: Int) {
      product(handle: "mug") { kind @include(if: $on) images(first: $n) { nodes { id } } }
    }"""
    forms = planner().plan(query, None).forms
    assert forms is not None

    on, off = forms.under({"on": True, "n": 1}), forms.under({"on": False, "n": 1})
    assert on is not off
    assert forms.under({"on": True, "n": 2}) is on
    assert forms.under({"on": None}) is None


def test_the_size_of_a_plan_includes_all_its_compiled_forms() -> None:
    def size_bytes(conditions: int) -> int:
        declared = ", ".join(f"$c{number}: Boolean!" for number in range(conditions))
        kinds = " ".join(f"k{number}: kind @include(if: $c{number})" for number in range(conditions))
        head = f"query ({declared}) " if conditions else ""
        text = f'{head}{{ product(handle: "mug") {{ kind {kinds} }} }}'
        return planner().plan(f"{text:<600}", None).size_bytes

    one, two, many = (size_bytes(conditions) for conditions in (0, 1, 5))
    assert one + BYTES_PER_SHAPE <= two < one + 2 * BYTES_PER_SHAPE
    assert one + (MAX_FORMS - 1) * BYTES_PER_SHAPE <= many < one + MAX_FORMS * BYTES_PER_SHAPE
