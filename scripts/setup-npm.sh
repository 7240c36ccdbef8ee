#!/usr/bin/env bash
# Checks Node and installs the npm packages where they are missing or older than the lock file.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v node >/dev/null || {
  echo 'Node.js is missing: evenkeel needs Node 20.19 or newer (https://nodejs.org)' >&2
  exit 1
}
version=$(node --version)
IFS=. read -r major minor _ <<<"${version#v}"
if ((major < 20 || (major == 20 && minor < 19))); then
  echo "Node $version is too old: evenkeel needs Node 20.19 or newer (https://nodejs.org)" >&2
  exit 1
fi

if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
  # No package needs its install script: serialport and esbuild come prebuilt.
  npm ci --ignore-scripts --no-audit --no-fund
  touch node_modules/.package-lock.json
fi

# tap's TypeScript plugin needs the compiler API that TypeScript 7 does not have: tests run as emitted JS, and tap must
# be built once without the plugin, or its first run fails.
if grep -q '@tapjs/typescript' node_modules/@tapjs/test/test-built/dist/esm/index.js 2>/dev/null; then
  node_modules/.bin/tap build
fi
