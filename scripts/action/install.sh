#!/usr/bin/env bash
# Installs reroute where the action lies, by its lockfile, and runs no script of a dependency.
set -euo pipefail
cd "$GITHUB_ACTION_PATH"
npm ci --ignore-scripts --include=dev --no-audit --no-fund
npm run --silent build
