# shellcheck shell=bash
# ./dev run [--demo] [ARGS…]: a release build of sluice with config/sluice.yaml; ARGS go to `sluice serve`.

dev_run() {
  local demo=false arguments=() argument
  for argument in "$@"; do
    if [[ $argument == --demo ]]; then demo=true; else arguments+=("$argument"); fi
  done
  ensure_packages build
  if $demo; then ensure_packages demo; fi
  build_preset release sluice
  local command=("$ROOT/build/release/sluice" serve)
  # A configuration of one's own takes the place of the default one.
  [[ " ${arguments[*]} " == *" --config"* ]] || command+=(--config "$ROOT/config/sluice.yaml")
  command+=("${arguments[@]}")
  if $demo; then
    run_demo "${command[@]}"
  else
    exec "${command[@]}"
  fi
}

run_demo() {
  "$@" &
  local server=$! publisher=
  # Ctrl-C reaches all three of us: the publisher goes at once, the server drains, and we wait for it to say how it went.
  trap 'kill -TERM $publisher $server 2>/dev/null || :' INT TERM
  wait_until_ready "$server" || { wait "$server" || exit $?; exit 1; }
  publish_demo >"$LOG_DIRECTORY/demo-publisher.log" 2>&1 &
  publisher=$!
  cat <<'TEXT'

  player page   http://localhost:8080/live/demo/
  HLS           http://localhost:8080/live/demo/index.m3u8
  status        http://localhost:8081/
  publish to    rtmp://localhost:1935/live/NAME

  Ctrl-C stops the server and the publisher.

TEXT
  # A trapped signal ends wait early; the server has ended only when it is gone.
  local status=0
  while kill -0 "$server" 2>/dev/null; do
    wait "$server" && status=0 || status=$?
  done
  [[ -z $publisher ]] || kill -TERM "$publisher" 2>/dev/null || :
  wait
  exit "$status"
}

wait_until_ready() {
  local server=$1 tries
  for ((tries = 0; tries < 300; ++tries)); do
    kill -0 "$server" 2>/dev/null || return 1
    (exec 3<>/dev/tcp/127.0.0.1/1935) 2>/dev/null && return 0
    sleep 0.2
  done
  return 1
}

# A moving picture with a clock, and a tone: H.264 with a key frame every two seconds, and AAC.
publish_demo() {
  exec ffmpeg -hide_banner -loglevel warning -re \
    -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440:beep_factor=4:sample_rate=48000 \
    -vf "drawtext=fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf:text='%{localtime\\:%T}':fontsize=96:x=(w-tw)/2:y=h-160:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=16" \
    -c:v libx264 -preset veryfast -profile:v high -pix_fmt yuv420p -b:v 2500k -maxrate 2500k -bufsize 5000k \
    -g 60 -keyint_min 60 -sc_threshold 0 -c:a aac -b:a 128k -ar 48000 -ac 2 \
    -f flv rtmp://127.0.0.1:1935/live/demo
}
