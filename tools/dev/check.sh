# shellcheck shell=bash
# ./dev check: what takes seconds and needs no build; clang-tidy looks at the changed files of the pure layers only.

dev_check() {
  ensure_packages lint tidy
  local faults=0
  check_part "formatting" tools/check_format.sh || faults=1
  check_part "layers" tools/check_layers.py || faults=1
  check_part "files" tools/check_files.py || faults=1
  check_part "shell scripts" tools/check_shell.sh || faults=1
  check_part "clang-tidy" tools/check_tidy.sh || faults=1
  ((faults == 0)) || fail "check found something"
  say "all clean"
}

check_part() {
  local text=$1
  shift
  say "$text"
  "$@" 2>&1 | sed 's/^/    /'
}
