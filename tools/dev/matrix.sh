# shellcheck shell=bash
# ./dev test matrix [FILTER…]: real encoders publish, real players play, every codec in both containers.
#
# Filters are parts of the names of encoders, players or containers: `./dev test matrix obs mpv ts`. A run of the whole
# matrix writes the table of docs/compatibility.md anew. tests/e2e/matrix/expected.py says what each cell has to be.

test_matrix() {
  ensure_packages build e2e matrix
  build_preset release sluice
  run_step "installing the browser's players" matrix-web.log tests/e2e/web/install.sh "$ROOT/build/e2e-web"
  run_step "installing FFmpeg 8" matrix-ffmpeg8.log tests/e2e/ffmpeg8/install.sh "$ROOT/build/e2e-ffmpeg8"
  say "matrix of build/release"
  env -C tests/e2e SLUICE_BINARY="$ROOT/build/release/sluice" E2E_MEDIA="$ROOT/build/e2e-media" \
    E2E_WEB="$ROOT/build/e2e-web" E2E_FFMPEG8="$ROOT/build/e2e-ffmpeg8" PYTHONDONTWRITEBYTECODE=1 \
    python3 -m matrix "$@"
}
