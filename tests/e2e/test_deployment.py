"""Deployment files: the image's contents run, and the files agree with their platforms and the gateway."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from app import Settings
from tests.e2e.processes import ROOT, Process, stand_ins
from tests.servers.ports import free_port

SETTINGS = {name.upper() for name in Settings.model_fields}
GRACE_S = Settings.model_fields["deadline_shutdown_s"].default
RENDER = yaml.safe_load((ROOT / "render.yaml").read_text())
COMPOSE = yaml.safe_load((ROOT / "compose.yml").read_text())
BESIDE_PYTHON = Path(sys.executable).parent


def instructions(stage: str) -> list[tuple[str, str]]:
    """The Dockerfile's instructions of a stage and of the stages it is made from."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text())
    stages: dict[str, list[tuple[str, str]]] = {}
    for line in text.splitlines():
        name, _, rest = line.partition(" ")
        if name == "FROM":
            base, _, own = rest.partition(" AS ")
            current = stages[own] = [*stages.get(base, [])]
        elif name.isupper():
            current.append((name, rest.strip()))
    return stages[stage]


def is_left_out(path: str) -> bool:
    """Whether .dockerignore excludes a path from the image: the last matching line decides."""
    left_out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = path.split("/")
        if any(
            fnmatch("/".join(parts[start:end]), pattern) for end in range(1, len(parts) + 1) for start in (0, end - 1)
        ):
            left_out = not line.startswith("!")
    return left_out


def built(stage: str, folder: Path) -> dict[str, str]:
    """Copies the repository's files of an image stage to `folder`; returns its environment."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    sent = [path for path in tracked if path and not is_left_out(path)]
    environment: dict[str, str] = {}
    for name, rest in instructions(stage):
        if name == "ENV":
            environment.update((key, value) for key, _, value in (word.partition("=") for word in shlex.split(rest)))
        if name == "COPY" and not rest.startswith("--from"):
            source, target = rest.split()
            for path in sent:
                if path == source or path.startswith(f"{source}/"):
                    place = folder / target / path.removeprefix(f"{source}/") if path != source else folder / path
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / path, place)
    del environment["PATH"]
    return environment


@pytest.fixture
def image(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str], str]]:
    """The contents of the live image, with settings for the stand-ins and an address."""
    url = f"http://127.0.0.1:{free_port()}"
    folder = tmp_path / "image"
    with stand_ins(tmp_path, url) as (_, settings):
        environment = built("live", folder)
        yield folder, {**settings, **environment, "HOST": "127.0.0.1", "PORT": url.rpartition(":")[2]}, url


def test_the_image_runs_live_without_the_sandbox_and_writes_nothing(
    image: tuple[Path, dict[str, str], str], tmp_path: Path
) -> None:
    folder, settings, url = image
    assert not (folder / "sandbox").exists()
    before = sorted(folder.rglob("*"))
    gateway = Process([], settings, tmp_path / "gateway.log", folder=folder)
    try:
        gateway.answers_at(f"{url}/health")
        answer = httpx.post(f"{url}/graphql", json={"query": "{ products(first: 1) { nodes { title kind } } }"}).json()
        health = json.loads(dict(instructions("live"))["HEALTHCHECK"].partition("CMD ")[2])
        seen = subprocess.run([sys.executable, *health[1:]], env={"PORT": settings["PORT"]}, check=False)
    finally:
        gateway.end()
    down = subprocess.run(
        [sys.executable, *health[1:]], env={"PORT": settings["PORT"]}, check=False, capture_output=True
    )

    assert answer["data"]["products"]["nodes"][0]["title"]
    assert (seen.returncode, down.returncode) == (0, 1)
    assert sorted(folder.rglob("*")) == before


def test_the_sandbox_image_starts_with_no_settings(tmp_path: Path) -> None:
    folder = tmp_path / "image"
    port = str(free_port())
    settings = {**built("sandbox", folder), "HOST": "127.0.0.1", "PORT": port}
    gateway = Process([], settings, tmp_path / "gateway.log", folder=folder)
    try:
        gateway.answers_at(f"http://127.0.0.1:{port}/health")
    finally:
        gateway.end()


def test_the_dockerfile_passes_its_linter() -> None:
    linted = subprocess.run(
        [BESIDE_PYTHON / "hadolint", "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_image_does_not_run_as_root_and_ends_with_sigterm() -> None:
    said = dict(instructions("live"))

    assert said["USER"] == "10001"
    assert said["STOPSIGNAL"] == "SIGTERM"


def test_the_compose_file_has_the_form_of_the_compose_specification() -> None:
    checked = subprocess.run(
        [BESIDE_PYTHON / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


def test_the_compose_file_sets_settings_that_exist_and_waits_for_a_shutdown() -> None:
    gateway = COMPOSE["services"]["gateway"]

    assert set(gateway["environment"]) <= SETTINGS
    assert int(gateway["stop_grace_period"].removesuffix("s")) > GRACE_S
    assert gateway["deploy"]["replicas"] == 2
    assert gateway["read_only"] is True


def test_nginx_in_the_compose_file_sends_to_all_gateways(tmp_path: Path) -> None:
    script = COMPOSE["services"]["nginx"]["command"][2]
    edit = script.partition(" >/etc/nginx")[0].replace("/proxy/", f"{ROOT}/edge/proxy/")

    configuration = subprocess.run(["sh", "-c", edit], capture_output=True, text=True, check=True).stdout

    assert "server gateway:8000;" in configuration
    assert "listen 8080;" in configuration


@pytest.mark.parametrize(
    "path",
    sorted({each.split(":")[0] for service in COMPOSE["services"].values() for each in service.get("volumes", ())}),
)
def test_the_files_mounted_by_compose_exist(path: str) -> None:
    assert (ROOT / path).exists()


FIELDS = {
    "web": {
        "type", "name", "runtime", "dockerfilePath", "plan", "numInstances", "healthCheckPath",
        "maxShutdownDelaySeconds", "envVars",
    },
    "keyvalue": {"type", "name", "plan", "ipAllowList", "maxmemoryPolicy"},
}  # fmt: skip
"""Fields of Render's Blueprint specification that we use. Source: render.com/docs/blueprint-spec"""
SOURCES = {"value", "generateValue", "sync", "fromService"}


def test_the_blueprint_has_fields_that_render_knows() -> None:
    services: dict[str, dict[str, Any]] = {each["name"]: each for each in RENDER["services"]}
    web = services["kynda-gateway"]

    assert set(RENDER) == {"services"}
    assert all(set(each) <= FIELDS[each["type"]] for each in services.values())
    assert all(len(SOURCES & set(each)) == 1 and set(each) <= SOURCES | {"key"} for each in web["envVars"])
    assert all(each["fromService"]["name"] in services for each in web["envVars"] if "fromService" in each)
    assert web["plan"] != "free"
    assert GRACE_S < web["maxShutdownDelaySeconds"] <= 300


def test_the_blueprint_sets_settings_that_exist_and_holds_no_secret() -> None:
    given = {each["key"]: each for each in RENDER["services"][0]["envVars"]}

    assert set(given) <= SETTINGS
    assert {name for name, each in given.items() if "value" in each} == {"TRUSTED_PROXIES"}


def test_each_setting_of_the_deployment_page_exists() -> None:
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)", (ROOT / "docs/deploy.md").read_text()))

    assert named <= SETTINGS | {name for name in os.environ if name.startswith("OTEL_")}
