# shellcheck shell=bash
# ./dev screenshots: takes the pictures of the pages in docs/images anew, with a browser and streams made for it.

dev_screenshots() {
  ensure_packages build e2e screenshots
  build_preset release sluice
  run_step "preparing the browser" browser.log tests/e2e/web/install.sh "$ROOT/build/e2e-web"
  (
    cd tests/e2e || exit
    E2E_WEB=$ROOT/build/e2e-web SLUICE_BINARY=$ROOT/build/release/sluice PYTHONDONTWRITEBYTECODE=1 \
      python3 screenshots.py "$ROOT/build/release/sluice" "$ROOT/docs/images"
  )
  say "look at docs/images/player.png and docs/images/status.png"
}
