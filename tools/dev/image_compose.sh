# shellcheck shell=bash
# The part of ./dev image that tries docker/compose.yaml. Sourced by image.sh, which sets `engine` and `own_network`.
# shellcheck disable=SC2154

try_compose() {
  choose_compose
  build_image localhost/sluice-publisher docker/publisher/Dockerfile docker/publisher
  local prometheus
  # Stated once, in the compose file.
  prometheus=$(sed -n 's/.*PROMETHEUS_IMAGE:-\([^}]*\)}.*/\1/p' docker/compose.yaml)
  if ! has_image "$prometheus" && ! timeout 300 "$engine" pull --quiet "$prometheus" >"$LOG_DIRECTORY/image-pull.log" 2>&1; then
    printf '    %s is not to be had; Debian'\''s Prometheus takes its place\n' "$prometheus"
    prometheus=localhost/sluice-prometheus
    build_image "$prometheus" tests/image/prometheus.Dockerfile tests/image
  fi
  check_prometheus_files
  say "trying docker/compose.yaml"
  PROMETHEUS_IMAGE=$prometheus IMAGE_ENGINE=$engine IMAGE_COMPOSE="${compose_command[*]}" E2E_PATIENCE=2 \
    PYTHONDONTWRITEBYTECODE=1 "${own_network[@]}" python3 tests/image/test_compose.py -v ||
    fail "image: the trial of docker/compose.yaml found something"
}

# Sets compose_command.
choose_compose() {
  if [[ $engine == docker ]]; then
    docker compose version &>/dev/null || fail "image --compose: docker has no compose plugin"
    compose_command=(docker compose)
    return 0
  fi
  ensure_packages compose
  compose_command=(podman-compose)
}

check_prometheus_files() {
  ensure_promtool
  local directory
  directory=$(mktemp -d)
  cp docker/prometheus.yml deploy/prometheus/alerts.yml "$directory/"
  promtool check config "$directory/prometheus.yml" | sed 's/^/    /'
  rm -r "$directory"
}
