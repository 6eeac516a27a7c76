"""The modules of `schema/` import each other one way only."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    paths = (ROOT / "schema").rglob("*.py")
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def imported(tree: ast.Module) -> set[str]:
    """What a module names in its import statements, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module} | {f"{node.module}.{each.name}" for each in node.names}
    return found


def test_no_module_of_the_schema_is_part_of_an_import_circle() -> None:
    known = modules()
    trees = {name: ast.parse(path.read_text()) for name, path in known.items()}
    graph = {name: (imported(tree) & known.keys()) - {name, "schema"} for name, tree in trees.items()}

    assert len(graph) > 20
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules


def test_no_type_of_the_schema_is_named_lazily() -> None:
    assert [name for name, path in modules().items() if "strawberry.lazy" in path.read_text()] == []
