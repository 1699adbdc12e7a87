#!/usr/bin/env bash
# Reviews the three changes and shows what each comes to; run it from the root of the repository.
set -uo pipefail
cd "$(dirname "$0")/../.."
here=examples/policy-change
for change in threshold-moved provider-dropped reformatted; do
  npx --no-install reroute ci "$here/$change.route" "$here/sessions.jsonl.gz" --against "$here/policy.route" \
    --max-cost-change 2% --max-flips 4% --min-availability 98% --format markdown
  echo "$change: exit $?"
done
