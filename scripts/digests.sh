#!/usr/bin/env bash
# Builds each revision that is named (a range too: main~3..main) in a temporary folder, plays the same drawn sites with faults on
# it (scripts/digests.mjs), and compares. Without arguments: HEAD, and the one before it. Exit code 1: they do not behave the same.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'git worktree remove --force "$folder/tree" 2>/dev/null || true; rm -rf "$folder"; git worktree prune' EXIT

revisions=()
for name in "${@:-HEAD~1..HEAD}"; do
  # A range is compared from where it begins.
  [[ $name == *..* ]] && revisions+=("$(git rev-parse "${name%%..*}")")
  mapfile -t -O "${#revisions[@]}" revisions < <(git rev-list --reverse --no-walk=unsorted "$name" 2>/dev/null)
done

git worktree add --quiet --detach "$folder/tree" "${revisions[0]}"
ln -s "$PWD/node_modules" "$folder/tree/node_modules"
status=0
for revision in "${revisions[@]}"; do
  git -C "$folder/tree" checkout --quiet "$revision"
  bash "$folder/tree/scripts/build.sh"
  cp scripts/digests.mjs "$folder/tree/build/digests.mjs"
  sed -i "s#'\.\./build/#'./#" "$folder/tree/build/digests.mjs"
  node "$folder/tree/build/digests.mjs" >"$folder/digests"
  verdict=first
  if [[ -e $folder/before ]]; then
    verdict='same as before'
    cmp -s "$folder/before" "$folder/digests" || { verdict='ANOTHER behaviour'; status=1; }
  fi
  mv "$folder/digests" "$folder/before"
  printf '%s  %s  %s\n' "$(sha256sum <"$folder/before" | cut -c1-16)" "$verdict" "$(git log -1 --format='%h %s' "$revision")"
done
exit "$status"
