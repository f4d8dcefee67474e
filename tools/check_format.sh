#!/usr/bin/env bash
# Every C++ file as .clang-format says. `tools/check_format.sh --fix` rewrites those that are not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mode=(--dry-run -Werror)
if [[ ${1:-} == --fix ]]; then mode=(-i); fi
find include src tests tools bench -name '*.[ch]pp' -print0 | xargs -0 -r -n 20 -P "$(nproc)" clang-format-14 "${mode[@]}"
