#!/usr/bin/env bash
# Compiles everything to build/, and removes what was emitted from sources that are gone: their tests would still run.
set -euo pipefail
cd "$(dirname "$0")/.."

node_modules/.bin/tsc -b

while IFS= read -r emitted; do
  source=${emitted#build/}
  [[ -e ${source%.js}.ts ]] || rm -f "$emitted" "$emitted.map" "${emitted%.js}.d.ts"
done < <(find build -name '*.js')
