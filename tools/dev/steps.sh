# shellcheck shell=bash
# Progress on the terminal: a line when a step begins, one every ten seconds while it runs, one when it ended.

readonly LOG_DIRECTORY=$ROOT/.cache/dev
mkdir -p "$LOG_DIRECTORY"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# run_step TEXT LOG COMMAND…: runs COMMAND with its output in LOG, tells how long it has taken and the last thing it
# said, and shows the end of LOG when it fails.
run_step() {
  local text=$1 log=$LOG_DIRECTORY/$2
  shift 2
  say "$text"
  local started=$SECONDS told=$SECONDS status=0
  "$@" >"$log" 2>&1 </dev/null &
  local pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - told >= 10)); then
      told=$SECONDS
      printf '    %3d s  %s\n' $((SECONDS - started)) "$(tail -n 1 "$log" | cut -c 1-100)"
    fi
  done
  wait "$pid" || status=$?
  if ((status != 0)); then
    tail -n 60 "$log" >&2
    printf 'dev: failed after %d s: %s (all of it in %s)\n' $((SECONDS - started)) "$text" "$log" >&2
    return "$status"
  fi
  printf '    done in %d s\n' $((SECONDS - started))
}
