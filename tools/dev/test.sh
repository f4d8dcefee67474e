# shellcheck shell=bash
# ./dev test [unit|fuzz|lint|e2e]… [-R NAME] [--preset PRESET]: builds and runs the tests with CTest.
# ./dev test matrix [FILTER…]: every encoder and codec against every player and container; see matrix.sh.
# ./dev test low-latency [SECONDS] [--write]: how far behind low-latency players are; see low_latency.sh.
# ./dev test crash [ROUNDS [SEED]]: the server is killed again and again; see crash.sh.
#
# Unit tests, fuzz replays and lint run in the asan build. The end-to-end tests run against two servers: the release
# one, and the one with sanitizers; those with the label "timeless" only against the latter, unless -R names them.
# --preset runs everything in that one build instead.

dev_test() {
  if [[ ${1:-} == matrix ]]; then
    # shellcheck source=tools/dev/matrix.sh
    source "$ROOT/tools/dev/matrix.sh"
    shift
    test_matrix "$@"
    return
  fi
  if [[ ${1:-} == low-latency ]]; then
    # shellcheck source=tools/dev/low_latency.sh
    source "$ROOT/tools/dev/low_latency.sh"
    shift
    test_low_latency "$@"
    return
  fi
  if [[ ${1:-} == crash ]]; then
    # shellcheck source=tools/dev/crash.sh
    source "$ROOT/tools/dev/crash.sh"
    shift
    test_crash "$@"
    return
  fi
  local kinds=() name="" preset=""
  while (($# > 0)); do
    case "$1" in
      unit | fuzz | lint | e2e) kinds+=("$1") ;;
      -R) name=${2:?-R takes a name} && shift ;;
      --preset) preset=${2:?--preset takes a preset} && shift ;;
      *) fail "test: unknown argument '$1'; there are: unit fuzz lint e2e matrix low-latency crash -R NAME --preset PRESET" ;;
    esac
    shift
  done
  ((${#kinds[@]} > 0)) || kinds=(unit fuzz lint e2e)
  local started=$SECONDS
  passed=0 failed=0 failures=()

  prepare_tests "${kinds[@]}"
  local labels
  labels=$(IFS='|' && echo "${kinds[*]}")
  if [[ -n $preset ]]; then
    build_preset "$preset"
    run_ctest "$preset" "^($labels)\$" "$name"
  else
    if [[ $labels == *e2e* ]]; then build_preset release sluice bench_tools; fi
    if [[ $labels == e2e ]]; then build_preset asan sluice; else build_preset asan; fi
    run_ctest asan "^($labels)\$" "$name"
    local left_out=timeless
    if [[ -n $name ]]; then left_out=""; fi
    if [[ $labels == *e2e* ]]; then run_ctest release '^e2e$' "$name" "$left_out"; fi
  fi

  printf '\n'
  ((failed == 0)) || printf 'failed: %s\n' "${failures[@]}"
  printf 'took %d min %02d s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60))
  ((passed + failed > 0)) || fail "no test has that name"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}

prepare_tests() {
  local groups=(build)
  if [[ " $* " == *" lint "* ]]; then groups+=(lint); fi
  if [[ " $* " == *" e2e "* ]]; then groups+=(e2e bench); fi
  ensure_packages "${groups[@]}"
  if [[ " $* " == *" e2e "* ]]; then
    ensure_promtool
    ensure_haproxy
    ensure_nginx
    ensure_varnish
  fi
}

# run_ctest PRESET LABELS NAME [LEFT_OUT]: runs what has one of the labels and not the label LEFT_OUT; adds to passed,
# failed and failures.
run_ctest() {
  local preset=$1 labels=$2 name=$3 left_out=${4:-}
  local report=$ROOT/build/$preset/ctest.xml
  say "tests of build/$preset"
  rm -f "$report"
  ctest --test-dir "build/$preset" --label-regex "$labels" ${name:+--tests-regex "$name"} \
    ${left_out:+--label-exclude "$left_out"} --parallel "$(nproc)" \
    --output-on-failure --no-tests=ignore --output-junit "$report" || :
  [[ -f $report ]] || return 0
  local all good
  all=$(grep -c '<testcase ' "$report" || :)
  good=$(grep -c '<testcase .*status="run"' "$report" || :)
  passed=$((passed + good)) failed=$((failed + all - good))
  mapfile -t -O "${#failures[@]}" failures \
    < <(sed -n '/status="run"/d; s/.*<testcase name="\([^"]*\)".*/'"$preset"': \1/p' "$report")
}
