#!/usr/bin/env bash
# Runs `reroute ci` on what the environment names, and leaves its outputs in a directory. Everything
# that a workflow or a fork has a say in comes by the environment and goes on as one argument each.
set -euo pipefail

directory="${RUNNER_TEMP:?}/reroute-review"
rm -rf -- "$directory"
mkdir -p -- "$directory"

options=()
option() { # NAME VALUE: left out where it has none.
  if [ -n "$2" ]; then options+=("$1=$2"); fi
}
lines() { # NAME TEXT: one option a line.
  local line
  while IFS= read -r line; do option "$1" "$line"; done <<<"$2"
}

against="${REVIEW_AGAINST:-}"
if [ -z "$against" ] && [ -n "${GITHUB_BASE_REF:-}" ]; then
  base="origin/$GITHUB_BASE_REF"
  if git rev-parse --verify --quiet --end-of-options "$base:$REVIEW_POLICY" >/dev/null; then
    against="$base:$REVIEW_POLICY"
  fi
fi
option --against "$against"
option --baseline "${REVIEW_BASELINE:-}"
option --max-cost-change "${REVIEW_MAX_COST_CHANGE:-}"
option --max-flips "${REVIEW_MAX_FLIPS:-}"
option --min-availability "${REVIEW_MIN_AVAILABILITY:-}"
option --max-upgrades "${REVIEW_MAX_UPGRADES:-}"
if [ "${REVIEW_NO_DECISION_MOVES:-false}" = true ]; then options+=(--no-decision-moves); fi
lines --except "${REVIEW_EXCEPT:-}"
for format in markdown=review.md json=review.json sarif=review.sarif junit=review.xml; do
  options+=("--output=${format%%=*}=$directory/${format#*=}")
done

traces=()
while IFS= read -r line; do
  if [ -n "$line" ]; then traces+=("$line"); fi
done <<<"$REVIEW_TRACES"

code=0
node "$GITHUB_ACTION_PATH/dist/cli/main.js" ci "${options[@]}" --root=. --format=github -- "$REVIEW_POLICY" "${traces[@]}" || code=$?
case $code in
  0) verdict=pass ;;
  1) verdict=fail ;;
  4) verdict=undecided ;;
  *) verdict=error ;;
esac
{
  echo "verdict=$verdict"
  echo "directory=$directory"
} >>"$GITHUB_OUTPUT"
