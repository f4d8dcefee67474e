#!/usr/bin/env bash
# Every shell script through shellcheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
shellcheck --external-sources dev .ci/run
find docker tools tests -name node_modules -prune -o -name '*.sh' -print0 | xargs -0 -r shellcheck
