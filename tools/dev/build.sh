# shellcheck shell=bash
# Configuring and building a preset of CMakePresets.json in build/PRESET.

export CCACHE_DIR=${CCACHE_DIR:-$ROOT/.cache/ccache}
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-3G}
# Precompiled headers need these (ccache manual, "Precompiled headers").
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime

configure_preset() {
  local preset=$1
  [[ -f build/$preset/build.ninja ]] && return 0
  run_step "configuring build/$preset" "configure-$preset.log" cmake --preset "$preset"
}

# build_preset PRESET [TARGET…]: all targets when none is named. Ninja shows its own progress.
build_preset() {
  local preset=$1 started=$SECONDS
  shift
  configure_preset "$preset"
  say "building build/$preset${*:+: $*}"
  NINJA_STATUS="    [%f/%t %es] " ninja -C "build/$preset" "$@" | sed -u "/^ninja: Entering/d"
  printf '    done in %d s\n' $((SECONDS - started))
}
