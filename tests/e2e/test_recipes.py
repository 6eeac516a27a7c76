"""The recipes of docs/examples/ run unchanged against a gateway on the sandbox."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import HERE, ROOT, SCRIPT_WITHIN_S, cannot_run

RECIPES = sorted((ROOT / "docs" / "examples").iterdir())


def _command(recipe: Path) -> list[str]:
    """The command that starts the recipe. Node needs the packages beside the script, so the script is copied."""
    if recipe.suffix == ".py":
        return [sys.executable, str(recipe)]
    node, packages = shutil.which("node"), HERE / "node_modules"
    if node is None or not (packages / ".package-lock.json").exists():
        cannot_run("node or the npm packages of tests/e2e are not installed (`make test` installs the packages)")
    folder = packages / ".recipes"
    folder.mkdir(exist_ok=True)
    return [node, str(shutil.copy(recipe, folder))]


@pytest.mark.parametrize(
    "recipe",
    [pytest.param(each, marks=pytest.mark.node if each.suffix == ".mjs" else (), id=each.name) for each in RECIPES],
)
def test_a_recipe_reads_a_product_and_fills_a_cart(recipe: Path, gateway: str) -> None:
    done = subprocess.run(
        [*_command(recipe), gateway], capture_output=True, text=True, timeout=SCRIPT_WITHIN_S, check=False
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"title": "Ceramic Mug", "availability": "IN_STOCK", "quantity": 2}


def test_every_recipe_is_listed_in_the_docs() -> None:
    page = (ROOT / "docs" / "frontends.md").read_text()

    assert [recipe.name for recipe in RECIPES if f"(examples/{recipe.name})" not in page] == []
