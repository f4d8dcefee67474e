# shellcheck shell=bash
# ./dev bench [NAME…] [OPTIONS]: sluice beside nginx with its RTMP module and ffmpeg, by the tools of bench/.

dev_bench() {
  ensure_packages build bench
  ensure_nginx
  ensure_varnish
  build_preset release sluice bench_tools
  exec env PYTHONDONTWRITEBYTECODE=1 python3 bench/bench.py "$@"
}
