#!/usr/bin/env bash
# Ends the job by what the review came to; no verdict at all is a failure.
set -euo pipefail
case "${REVIEW_VERDICT:-}" in
  pass) exit 0 ;;
  undecided) if [ "${REVIEW_ALLOW_UNDECIDED:-false}" = true ]; then exit 0; else exit 4; fi ;;
  fail) exit 1 ;;
  *) exit 3 ;;
esac
