# shellcheck shell=bash
# ./dev image [--plain] [--compose] [--fresh]: builds the container image, localhost/sluice, and tries it (tests/image).
#
# --plain    also builds what Debian's own FFmpeg libraries give, to state both sizes
# --compose  also tries docker/compose.yaml
# --fresh    anew from the base image on, with what Debian has published since
#
# Docker is used where its engine answers, else podman, else buildah; where there is none, podman is installed.

readonly IMAGE=localhost/sluice IMAGE_DIRECTORY=$ROOT/.cache/image
readonly SIZE_LIMIT=60000000
readonly DEBIAN_IMAGE=docker.io/library/debian:bookworm-slim LOCAL_BASE=localhost/sluice-base:bookworm

dev_image() {
  local plain=false compose=false fresh=() argument
  for argument in "$@"; do
    case "$argument" in
      --plain) plain=true ;;
      --compose) compose=true ;;
      --fresh) fresh=(--no-cache) ;;
      *) fail "image: unknown argument '$argument'; there are: --plain --compose --fresh" ;;
    esac
  done
  mkdir -p "$IMAGE_DIRECTORY"
  choose_engine
  ensure_packages trial
  choose_base
  build_image "$IMAGE" docker/Dockerfile . "${fresh[@]}" --build-arg "VERSION=$(project_version)" \
    --build-arg "REVISION=$(project_revision)" --build-arg "SOURCE=$(project_source)"
  tell_size "$IMAGE" " of $((SIZE_LIMIT / 1000000)) MB at most"
  if $plain; then
    build_image "$IMAGE-plain" docker/plain.Dockerfile docker "${fresh[@]}" --build-arg "SLUICE=$IMAGE"
    tell_size "$IMAGE-plain"
  fi
  choose_network
  try_image test_content test_life test_guide
  if $compose; then
    # shellcheck source=tools/dev/image_compose.sh
    source "$ROOT/tools/dev/image_compose.sh"
    try_compose
  fi
}

# Sets `engine`, which runs containers, and `builder`. A docker client may be there without an engine behind it.
choose_engine() {
  engine="" builder=""
  if timeout 20 docker version --format '{{.Server.Version}}' &>/dev/null; then
    engine=docker builder=docker
  else
    ((EUID == 0)) || fail "image: the trial gives containers users and a network of their own, for which podman needs root"
    # buildah builds; its images are podman's too, which runs them.
    engine=podman builder=podman
    if ! command -v podman >/dev/null; then
      if command -v buildah >/dev/null; then builder=buildah; fi
      ensure_packages podman
    fi
    configure_podman
  fi
  say "using $("$engine" --version)"
}

# Without systemd, as in a container or on a machine of continuous integration, podman's defaults may be more than the
# machine has: more open files and processes than the limits, systemd's cgroups and journal. Elsewhere its own configuration stands.
configure_podman() {
  [[ ! -d /run/systemd/system ]] || return 0
  local files processes runtime=crun
  # podman lowers its own limit of processes to this.
  files=$(ulimit -Hn) processes=$(</proc/sys/kernel/pid_max)
  # crun knows only version 2 of control groups.
  [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] && command -v crun >/dev/null || runtime=runc
  command -v "$runtime" >/dev/null || ensure_packages podman
  [[ $files != unlimited ]] || files=1048576
  cat >"$IMAGE_DIRECTORY/containers.conf" <<TEXT
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=$processes:$processes"]
[network]
network_backend = "netavark"
[engine]
runtime = "$runtime"
cgroup_manager = "cgroupfs"
events_logger = "file"
TEXT
  export CONTAINERS_CONF=$IMAGE_DIRECTORY/containers.conf
}

# Sets `base`: Debian's slim image, or, where no registry can be asked, one like it made from Debian's packages.
choose_base() {
  base=$DEBIAN_IMAGE
  if ((${#fresh[@]} == 0)); then
    ! has_image "$DEBIAN_IMAGE" || return 0
    ! has_image "$LOCAL_BASE" || { base=$LOCAL_BASE && return 0; }
  fi
  say "pulling $DEBIAN_IMAGE"
  if timeout 300 "$engine" pull --quiet "$DEBIAN_IMAGE" >"$LOG_DIRECTORY/image-pull.log" 2>&1; then return 0; fi
  printf '    not to be had: %s\n' "$(tail -n 1 "$LOG_DIRECTORY/image-pull.log" | cut -c 1-150)"
  base=$LOCAL_BASE
  command -v mmdebstrap >/dev/null || ensure_packages base
  run_step "making $LOCAL_BASE from Debian's packages" image-base.log make_base
}

has_image() { "$engine" image inspect "$1" &>/dev/null; }

# As Debian's slim images: no manuals and no translations, but the copyright files.
make_base() {
  local sources=() part archive=$IMAGE_DIRECTORY/base.tar
  # Debian's own archives, from wherever this machine gets them.
  for part in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
    if [[ -s $part ]]; then sources+=("$part"); fi
  done
  ((${#sources[@]} > 0)) || { echo "no file says where this machine gets Debian's packages" && return 1; }
  as_root mmdebstrap --quiet --variant=minbase \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/info/*' bookworm - "${sources[@]}" >"$archive"
  "$engine" import --change 'CMD ["bash"]' "$archive" "$LOCAL_BASE"
  rm "$archive"
}

# build_image NAME DOCKERFILE CONTEXT [OPTION…]. Certificates go along for machines behind a proxy with its own.
build_image() {
  local name=$1 file=$2 context=$3 options=(--build-arg "BASE=$base" --network=host)
  shift 3
  local certificates=/etc/ssl/certs/ca-certificates.crt
  if [[ -f $certificates ]]; then options+=(--secret "id=certificates,src=$certificates"); fi
  if [[ $builder != docker ]]; then options+=(--isolation=chroot --layers --pull=never); fi
  run_step "building $name" "image-${name##*/}.log" \
    "$builder" build "${options[@]}" "$@" --file "$file" --tag "$name" "$context"
}

tell_size() {
  "$engine" image inspect "$1" --format '{{.Size}}' | awk -v name="$1" -v limit="${2:-}" '{ printf "    %s: %.1f MB%s\n", name, $1 / 1e6, limit }'
}

project_version() { sed -n 's/^project(sluice VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt; }

git_here() { git -c "safe.directory=$ROOT" -C "$ROOT" "$@"; }

# The last commit that changed what the image is built from, so that one that changes something else builds nothing anew;
# marked when that was changed since.
project_revision() {
  local revision inputs=(.dockerignore CMakeLists.txt CMakePresets.json LICENSE cmake config docker include src web)
  revision=$(git_here log -1 --format=%H -- "${inputs[@]}" 2>/dev/null) || revision=
  [[ -z $(git_here status --porcelain -- "${inputs[@]}" 2>/dev/null) ]] || revision+=-dirty
  echo "${revision:-unknown}"
}

# Where the sources are to be had, when that is a public address.
project_source() {
  local url
  url=$(git_here remote get-url origin 2>/dev/null) || url=
  if [[ $url == https://* && $url != *@* ]]; then echo "$url"; else echo unknown; fi
}

# try_image MODULE…
try_image() {
  say "trying $IMAGE"
  local module
  for module in "$@"; do
    (cd tests/image && IMAGE_ENGINE=$engine IMAGE_NAME=$IMAGE IMAGE_SIZE_MAX=$SIZE_LIMIT E2E_MEDIA=$ROOT/build/e2e-media E2E_PATIENCE=2 \
      PYTHONDONTWRITEBYTECODE=1 "${own_network[@]}" python3 -m unittest -v "$module") ||
      fail "image: the trial found something"
  done
}

# Sets own_network: what gives the trial a network of its own, so that the documented ports are free and no rule of a
# firewall stays behind. Docker's networks are its engine's, not ours to choose.
choose_network() {
  own_network=()
  if [[ $engine == podman ]]; then
    ensure_packages networks
    # shellcheck disable=SC2016 # for the other shell to expand
    own_network=(unshare --net bash -c 'ip link set lo up && exec "$@"' in-own-network)
  fi
}
