#!/usr/bin/env bash
# clang-tidy over the sources of the pure layers: those that differ from the main branch's last push (or from HEAD
# where there is none), or with --all every one of them. The layers that see Boost.Asio take minutes; they are not read.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
core='^src/(base|media|timeline|rtmp|record|hls|live)/.*\.cpp$'
git_here() { git -c safe.directory="$PWD" "$@"; }
if [[ ${1:-} == --all ]]; then
  mapfile -t files < <(find src -name '*.cpp' | grep -E "$core" | sort)
else
  base=$(git_here rev-parse --verify -q '@{upstream}' 2>/dev/null || echo HEAD)
  mapfile -t files < <({
    git_here diff --name-only --diff-filter=d "$base"
    git_here ls-files --others --exclude-standard
  } | grep -E "$core" | sort -u)
fi
((${#files[@]} > 0)) || exit 0
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -I {} \
  clang-tidy-14 --quiet --warnings-as-errors='*' {} -- -std=c++20 -Iinclude 2>/dev/null
