# shellcheck shell=bash
# ./dev fuzz [TARGET] [SECONDS]: libFuzzer over one target or each of them, from its seeds in tests/fuzz/corpus/TARGET.
#
# What it learns stays in .cache/fuzz/TARGET and is where the next run begins; an input that fails is written to
# build/fuzz/crashes/. A fixed one is kept by copying it into the seeds.

dev_fuzz() {
  local target="" seconds=60 argument
  for argument in "$@"; do
    if [[ $argument =~ ^[0-9]+$ ]]; then seconds=$argument; else target=$argument; fi
  done
  local targets=() source
  for source in tests/fuzz/fuzz_*.cpp; do
    source=${source##*/fuzz_}
    targets+=("${source%.cpp}")
  done
  if [[ -n $target ]]; then
    [[ " ${targets[*]} " == *" $target "* ]] || fail "fuzz: no target '$target'; there are: ${targets[*]}"
    targets=("$target")
  fi
  ensure_packages build fuzz
  build_preset fuzz "${targets[@]/#/fuzz_}"
  local failed=()
  for target in "${targets[@]}"; do
    run_fuzz_target "$target" "$seconds" || failed+=("$target")
  done
  ((${#failed[@]} == 0)) || fail "fuzz: found something: ${failed[*]} (inputs in build/fuzz/crashes)"
}

run_fuzz_target() {
  local target=$1 seconds=$2
  local learnt=.cache/fuzz/$target log=$LOG_DIRECTORY/fuzz-$target.log status=0
  mkdir -p "$learnt" build/fuzz/crashes "tests/fuzz/corpus/$target"
  say "fuzzing $target for $seconds s"
  "build/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -artifact_prefix="build/fuzz/crashes/$target-" -print_final_stats=1 \
    "$learnt" "tests/fuzz/corpus/$target" >"$log" 2>&1 || status=$?
  if ((status != 0)); then
    grep -v '^#' "$log" | tail -n 60 >&2
    return 1
  fi
  printf '    %s executions, %s inputs kept\n' \
    "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")" "$(find "$learnt" -type f | wc -l)"
}
