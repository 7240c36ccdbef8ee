#!/usr/bin/env bash
# Everything that must hold: packages, build, lint, tests with coverage. All steps run, so that one call shows every
# problem; without a build there are no tests. The last line is the test runner's own count.
set -uo pipefail
cd "$(dirname "$0")/.."

counts=build/test-counts
mkdir -p build
rm -f "$counts"
failed=()

step() { # name, command...
  local name=$1 started=${EPOCHREALTIME/[.,]/} status=0
  shift
  echo "== $name"
  "$@" || status=$?
  local ms=$(((${EPOCHREALTIME/[.,]/} - started) / 1000))
  if ((status == 0)); then
    echo "== $name: ok, $ms ms"
  else
    echo "== $name: FAILED, $ms ms"
    failed+=("$name")
  fi
  return "$status"
}

run_tests() {
  node_modules/.bin/tap --reporter=tap --coverage-report=json-summary | node scripts/summary.mjs "$counts"
}

finish() {
  if ((${#failed[@]})); then
    printf 'failed: %s\n' "${failed[*]}"
  fi
  if [[ -s $counts ]]; then
    cat "$counts"
  else
    echo '0 passed, 1 failed'
  fi
  exit $((${#failed[@]} > 0))
}

step npm-packages bash scripts/setup-npm.sh || finish
step debian-packages bash scripts/setup-debian.sh
step build bash scripts/build.sh && built=1
step lint bash scripts/lint.sh
if [[ -n ${built:-} ]]; then
  step tests run_tests
fi
finish
