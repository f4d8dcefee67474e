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
  # The demo reads along, so that the server does not see the terminal.
  if $demo && [[ -t 1 ]]; then command+=(--set log.format=text); fi
  command+=("${arguments[@]}")
  if $demo; then
    run_demo "${command[@]}"
  else
    exec "${command[@]}"
  fi
}

# The log goes to the terminal and to a file, in which stands where the listeners really are: with --set, or with port 0,
# they need not be where they usually are.
run_demo() {
  local log=$LOG_DIRECTORY/demo-server.log
  : >"$log"
  "$@" > >(exec tee -i "$log") &
  local server=$! publisher=
  # Ctrl-C reaches all of us: the publisher goes at once, the server drains, and we wait for it to say how it went.
  trap 'kill -TERM $publisher $server 2>/dev/null || :' INT TERM
  wait_until_listening "$server" "$log" || { wait "$server" || exit $?; exit 1; }
  local rtmp http admin
  rtmp=$(address_of rtmp "$log") http=$(address_of http "$log") admin=$(address_of admin "$log")
  publish_demo "rtmp://${rtmp/localhost/127.0.0.1}/live/demo" >"$LOG_DIRECTORY/demo-publisher.log" 2>&1 &
  publisher=$!
  cat <<TEXT

  player page   http://$http/live/demo/
  HLS           http://$http/live/demo/index.m3u8
  status        http://$admin/
  publish to    rtmp://$rtmp/live/NAME

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

# RTMP is the last to listen.
wait_until_listening() {
  local server=$1 log=$2 tries
  for ((tries = 0; tries < 300; ++tries)); do
    kill -0 "$server" 2>/dev/null || return 1
    [[ -z $(address_of rtmp "$log") ]] || return 0
    sleep 0.2
  done
  return 1
}

# address_of LISTENER LOG: HOST:PORT as a browser on this machine asks for it, from the log line event=listening, which is
# text on a terminal and JSON elsewhere. Nothing while there is no such line.
address_of() {
  local line address
  line=$(grep -a 'listening' "$2" | grep -aE "listener[\"=: ]+$1\b" | tail -n 1) || return 0
  address=$(sed -E 's/.*address[\"=: ]+([^\", ]+).*/\1/' <<<"$line")
  sed -E 's/^(0\.0\.0\.0|127\.0\.0\.1|\[::\]):/localhost:/' <<<"$address"
}

# publish_demo URL: a moving picture with a clock, and a tone: H.264 with a key frame every two seconds, and AAC.
publish_demo() {
  exec ffmpeg -hide_banner -loglevel warning -re \
    -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440:beep_factor=4:sample_rate=48000 \
    -vf "drawtext=fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf:text='%{localtime\\:%T}':fontsize=96:x=(w-tw)/2:y=h-160:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=16" \
    -c:v libx264 -preset veryfast -profile:v high -pix_fmt yuv420p -b:v 2500k -maxrate 2500k -bufsize 5000k \
    -g 60 -keyint_min 60 -sc_threshold 0 -c:a aac -b:a 128k -ar 48000 -ac 2 \
    -f flv "$1"
}
