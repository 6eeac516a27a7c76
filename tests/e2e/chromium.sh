#!/bin/sh
# Makes sure of a Chromium for the browser tests where apt may install one; without it those tests are skipped.
command -v chromium >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium for the browser tests"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 && exit 0
fi
echo "Chromium is not installed and cannot be: the browser tests will be skipped"
