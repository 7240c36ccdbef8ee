#!/usr/bin/env bash
# Format and lint rules (biome.json), then files, exports and dependencies that nothing uses (knip.json).
set -uo pipefail
cd "$(dirname "$0")/.."

status=0
node_modules/.bin/biome check --error-on-warnings --max-diagnostics=50 || status=1
node_modules/.bin/knip --no-progress || status=1
exit "$status"
