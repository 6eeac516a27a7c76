"""Settings pass through make to the gateway unchanged."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app import Settings

ROOT = Path(__file__).parents[2]
SHOW = "--eval=show-environment: ; @env"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_leaves_every_setting_alone() -> None:
    names = [name.upper() for name in Settings.model_fields]
    given = {name: f"value of {name}" for name in names[::2]}
    usual = {name: value for name, value in os.environ.items() if name not in names}
    command = ["make", "--no-print-directory", SHOW, "show-environment"]
    shown = subprocess.run(command, cwd=ROOT, env=usual | given, capture_output=True, text=True, check=True).stdout
    seen = dict(line.split("=", 1) for line in shown.splitlines() if line.split("=", 1)[0] in names)

    assert seen == given


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_a_setting_can_be_passed_to_make() -> None:
    command = ["make", "--no-print-directory", SHOW, "show-environment", "PORT=9000"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "PORT=9000" in shown.splitlines()
