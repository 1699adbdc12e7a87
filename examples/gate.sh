#!/usr/bin/env bash
# A gate for continuous integration: the policy is laid out, has no finding, passes its tests, keeps
# what it promises (`invariant`, `expect`) on the team's recorded sessions, and moves few decisions
# against the policy of the branch `main`. See docs/ci.md.
# Usage: examples/gate.sh POLICY TRACE...
set -euo pipefail
policy=$1
shift
npx --no-install reroute fmt --check "$policy"
npx --no-install reroute check --strict "$policy"
npx --no-install reroute test "$policy"
npx --no-install reroute ci "$policy" "$@" --against "main:$policy" --max-flips 1% --output markdown=review.md
