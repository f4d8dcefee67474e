# shellcheck shell=bash
# ./dev test low-latency [SECONDS] [--write]: low-latency players in a browser at the edge of a live publish, ten minutes
# long, and how far behind they are; --write puts the table into docs/performance.md.

test_low_latency() {
  local argument
  for argument; do
    [[ $argument == --write || $argument =~ ^[1-9][0-9]*$ ]] ||
      fail "test low-latency: takes a number of seconds and --write, not '$argument'"
  done
  ensure_packages build e2e
  build_preset release sluice
  run_step "installing the browser's players" low-latency-web.log tests/e2e/web/install.sh "$ROOT/build/e2e-web"
  say "low latency of build/release"
  env -C tests/e2e SLUICE_BINARY="$ROOT/build/release/sluice" E2E_WEB="$ROOT/build/e2e-web" PYTHONDONTWRITEBYTECODE=1 \
    python3 -m low_latency "$@"
}
