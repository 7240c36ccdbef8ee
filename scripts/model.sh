#!/usr/bin/env bash
# The lease protocol as a model (test/model/lease.pml, docs/model.md), judged by spin in every order of events. Without
# arguments all variants, two at a time, as a table; `trace NAME` shows the shortest counterexample of one. Exit code 1: a
# verdict that is not the expected one; 3: spin or gcc is missing.
set -uo pipefail
cd "$(dirname "$0")/.."
model=$PWD/test/model/lease.pml

# Name, the verdict that is expected, what of the model is chosen. holds: every state was visited, none breaks a rule.
# breaks: the fuse is exceeded; reached: the assertion that it never happens fails.
calm='-DNO_CRASH -DNO_REBOOT'
variants="
restarts       holds   -DNO_REBOOT
reboots        holds   -DNO_CRASH
drift          holds   $calm -DHOLD=2 -DDRIFT=1
settling       holds   $calm -DHOLD=2 -DSETTLE=1
epochOnly      breaks  -DNO_REBOOT -DSAME_EPOCH
keepUnknown    breaks  -DNO_REBOOT -DKEEP_UNKNOWN
noFencing      breaks  $calm -DNO_FENCE
fromReceipt    breaks  $calm -DRECEIPT
noWait         breaks  -DNO_REBOOT -DNO_WAIT
noHold         breaks  $calm -DNO_HOLD
holdFromPoll   breaks  $calm -DHOLD_FROM_POLL
raiseEarly     breaks  $calm -DEARLY
longAge        breaks  $calm -DT=3 -DAMAX=2
noVehicleTime  breaks  $calm -DHOLD=2 -DSETTLE=1 -DAMAX=2
noReserve      breaks  $calm -DNO_RESERVE
oldPoll        breaks  -DNO_REBOOT -DNO_OUTDATED
anyBoot        breaks  -DNO_CRASH -DNO_BOOT
noMargin       breaks  $calm -DHOLD=2 -DDRIFT=1 -DNO_MARGIN
aboveD         reached $calm -DCOVER=1
leaseEnds      reached $calm -DCOVER=2
risesToD       reached $calm -DCOVER=3
lateGrant      reached $calm -DCOVER=4
raiseAfter     reached -DNO_REBOOT -DCOVER=5
epochRaised    reached -DNO_REBOOT -DCOVER=6
"

for tool in spin gcc; do
  command -v $tool >/dev/null && continue
  echo "left out: the model, it needs $tool; run: bash scripts/setup-debian.sh" >&2
  exit 3
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() { # name, compiler's options; leaves pan in $work/name
  local expected defines optimize=-O0
  read -r _ expected defines < <(grep -E "^$1 " <<<"$variants")
  [[ $expected == holds ]] || defines+=' -DONLY_FUSE'
  # Only those with many states are worth a good compiler: it takes longer than the others run.
  [[ $expected == holds || " epochOnly keepUnknown anyBoot " == *" $1 "* ]] && optimize=-O2
  mkdir -p "$work/$1"
  # The checker looks for its counterexample beside the model.
  cd "$work/$1" && cp "$model" . || return
  # shellcheck disable=SC2086
  spin -a $defines lease.pml >spin.log 2>&1 && gcc $optimize -DSAFETY -DNOREDUCE -DNOFAIR -DMEMLIM=1900 $2 -o pan pan.c 2>gcc.log
}

number() { # pattern with one number
  grep -oE "$1" pan.log | grep -oE '[0-9][0-9.e+]*' | head -1
}

judge() { # name; one row of the table
  local expected found=unfinished
  expected=$(grep -E "^$1 " <<<"$variants" | awk '{ print $2 }')
  if ! build "$1" ''; then
    cat spin.log gcc.log >&2
    printf '%-14s %-8s not built\n' "$1" "$expected"
    return 1
  fi
  # Depth 2.5 million, 4 million places in the hash table, which holds whole states: nothing is lost to a collision.
  ./pan -n -m2500000 -w22 >pan.log 2>&1
  if grep -q 'assertion violated' pan.log; then
    [[ $expected == reached ]] && found=reached || found=breaks
  elif grep -q 'errors: 0' pan.log && ! grep -qE 'not completed|too small|out of memory|Interrupted' pan.log; then
    [[ $expected == reached ]] && found=never || found=holds
  fi
  printf '%-14s %-8s %-10s %9s %8s %7s\n' "$1" "$expected" "$found" "$(number '[0-9.e+]+ states, stored')" \
    "$(number 'depth reached [0-9]+')" "$(number 'elapsed time [0-9.]+')"
  [[ $found == "$expected" ]]
}

case ${1:-all} in
all)
  printf '%-14s %-8s %-10s %9s %8s %7s\n' variant expected found states depth seconds
  export -f build number judge
  export variants work model calm
  started=$SECONDS status=0
  awk 'NF { print $1 }' <<<"$variants" | xargs -P2 -I{} bash -c 'judge {}' || status=1
  count=$(grep -c . <<<"$variants")
  ((status)) && verdict='a verdict is NOT the expected one' || verdict='every verdict as expected'
  echo "model: $count variants in $((SECONDS - started)) s, $verdict"
  exit $status
  ;;
trace)
  # Breadth first: the counterexample has as few steps as possible.
  if ! grep -qE "^${2:-} " <<<"$variants"; then
    echo "which variant? one of: $(awk 'NF { printf "%s ", $1 }' <<<"$variants")" >&2
    exit 2
  fi
  build "$2" -DBFS || exit 1
  ./pan -n -w24 >pan.log 2>&1
  if [[ ! -f lease.pml.trail ]]; then
    echo 'no short one within 1.9 GB; the end of a long one:'
    build "$2" '' && ./pan -n -m2500000 -w22 >pan.log 2>&1
  fi
  [[ -f lease.pml.trail ]] || { tail -n 20 pan.log; exit 1; }
  ./pan -r | sed -n 's/^ *\(tick\|slave\|master\)/\1/p' | tail -n 60
  ;;
*)
  echo 'usage: scripts/model.sh [all | trace NAME]' >&2
  exit 2
  ;;
esac
