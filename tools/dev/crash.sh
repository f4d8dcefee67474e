# shellcheck shell=bash
# ./dev test crash [ROUNDS [SEED]]: kills the release server at random moments, ROUNDS times (default 300), and holds
# what it left against the recording contract. The same SEED makes the same choices.

test_crash() {
  local rounds=${1:-300} seed=${2:-$RANDOM}
  [[ $rounds$seed =~ ^[0-9]+$ ]] || fail "test crash: takes two numbers, how often and which seed"
  ensure_packages build e2e
  build_preset release sluice
  say "crash test of build/release: $rounds rounds, seed $seed"
  env -C tests/e2e SLUICE_BINARY="$ROOT/build/release/sluice" E2E_MEDIA="$ROOT/build/e2e-media" \
    CRASH_ROUNDS="$rounds" CRASH_SEED="$seed" PYTHONDONTWRITEBYTECODE=1 python3 -m unittest -v test_crash
}
