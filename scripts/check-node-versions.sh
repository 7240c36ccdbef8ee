#!/usr/bin/env bash
# The same seed gives the same run, byte for byte, on other versions of Node: `simulate site` for some seeds on the Node that is
# installed here and on those below, which npm fetches into a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."

versions=(22 24)
seeds=(1 2 3 4 5)
hours=0.25
platform=$(node -p 'process.platform + "-" + process.arch')

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

run() { # NODE SEED
  "$1" build/src/cli/index.js simulate site --seed "$2" --hours "$hours"
}

for seed in "${seeds[@]}"; do run node "$seed" > "$folder/$seed.here"; done

status=0
for version in "${versions[@]}"; do
  # The package of the platform holds the program itself, and has no script that would have to run.
  npm install --silent --no-save --no-audit --no-fund --prefix "$folder/$version" "node-$platform@$version"
  other=$folder/$version/node_modules/node-$platform/bin/node
  for seed in "${seeds[@]}"; do
    run "$other" "$seed" > "$folder/$seed.other"
    if ! cmp -s "$folder/$seed.here" "$folder/$seed.other"; then
      printf 'seed %s is another run on %s than on %s:\n' "$seed" "$("$other" --version)" "$(node --version)"
      diff "$folder/$seed.here" "$folder/$seed.other" || true
      status=1
    fi
  done
  printf '%s and %s: %s seeds compared\n' "$(node --version)" "$("$other" --version)" "${#seeds[@]}"
done
exit "$status"
