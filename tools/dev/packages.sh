# shellcheck shell=bash
# Debian packages by what they are for, and installing those that are missing.

declare -rA PACKAGES=(
  [build]='g++ cmake ninja-build pkg-config ccache mold
    libboost1.81-dev libboost-json1.81-dev libavformat-dev libavcodec-dev libavutil-dev libspdlog-dev libyaml-cpp-dev libssl-dev zlib1g-dev
    libcli11-dev prometheus-cpp-dev libgtest-dev libgmock-dev'
  [demo]='ffmpeg fonts-dejavu-core'
  [lint]='git python3 clang-format-14 shellcheck'
  [tidy]='clang-tidy-14'
  [screenshots]='pngquant'
  [fuzz]='clang-14 libclang-rt-14-dev llvm-14 lld-14'
  [bench]='python3 ffmpeg wrk libpcre2-8-0 libjemalloc2'
  [e2e]='python3 ffmpeg fonts-dejavu-core chromium mpv vlc-bin vlc-plugin-base ca-certificates
    gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
    gstreamer1.0-plugins-ugly gstreamer1.0-libav liblua5.3-0 libopentracing-c-wrapper0 libpcre2-8-0 libjemalloc2 curl'
  [matrix]='obs-studio obs-plugins xvfb xauth dbus libgl1-mesa-dri'
  [podman]='podman runc'
  [base]='mmdebstrap'
  [trial]='python3 ffmpeg'
  [networks]='netavark aardvark-dns iptables iproute2'
  [compose]='podman-compose'
)

# Node.js may come from elsewhere than Debian, and then Debian's package would only be in its way.
node_packages() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then echo nodejs npm; fi
}

# Those of the named packages that are not installed.
missing_packages() {
  local installed
  # dpkg-query fails for names it has never heard of and still lists the others.
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p') || :
  comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed" | sort -u)
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    command -v sudo >/dev/null || fail "packages are missing: run this as root, or install sudo"
    sudo "$@"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "$@"
}

install_packages() {
  # Package lists may be missing (a bare image) or too old to name files that still exist.
  compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || apt_get update
  apt_get install --no-install-recommends "$@" || { apt_get update && apt_get install --no-install-recommends "$@"; }
}

# ensure_packages GROUP…
ensure_packages() {
  command -v dpkg-query >/dev/null || fail "this script installs what it needs on Debian 12; here there is no dpkg"
  local wanted=() packages missing group
  for group in "$@"; do
    read -r -d '' -a packages <<<"${PACKAGES[$group]} $([[ $group != build ]] || node_packages)" || :
    wanted+=("${packages[@]}")
  done
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  ((${#missing[@]} > 0)) || return 0
  if [[ " ${missing[*]} " == *" libboost1.81-dev "* && -z $(missing_packages libboost1.74-dev) ]]; then
    say "libboost1.81-dev takes the place of libboost1.74-dev: Debian cannot have both"
  fi
  ((EUID == 0)) || sudo -v || fail "packages are missing and sudo does not let us install them: ${missing[*]}"
  run_step "installing ${#missing[@]} Debian packages: ${missing[*]}" apt.log install_packages "${missing[@]}"
}

# Servers that the tests run by themselves are taken out of their packages, because installing those would start them.
# They stand behind what the machine has in PATH.
ensure_promtool() {
  export PATH=$PATH:$ROOT/.cache/tools/usr/bin
  command -v promtool >/dev/null || run_step "fetching promtool" promtool.log \
    fetch_files prometheus -- usr/bin/promtool
}

# Its libraries are in the group e2e.
ensure_haproxy() {
  export PATH=$PATH:/usr/sbin:$ROOT/.cache/tools/usr/sbin
  command -v haproxy >/dev/null || run_step "fetching haproxy" haproxy.log fetch_files haproxy -- usr/sbin/haproxy
}

# Its libraries are in the groups e2e and bench; it compiles its configuration with the build's compiler.
ensure_varnish() {
  export PATH=$PATH:/usr/sbin:$ROOT/.cache/tools/usr/sbin
  command -v varnishd >/dev/null || run_step "fetching varnish" varnish.log fetch_files varnish -- usr/sbin/varnishd
}

# With its RTMP module, for the benchmarks.
ensure_nginx() {
  export PATH=$PATH:/usr/sbin:$ROOT/.cache/tools/usr/sbin
  local nginx module=usr/lib/nginx/modules/ngx_rtmp_module.so
  nginx=$(command -v nginx) && [[ -f ${nginx%/usr/sbin/nginx}/$module ]] && return 0
  # One that lacks the module must not be found first.
  PATH=$ROOT/.cache/tools/usr/sbin:$PATH
  [[ -f $ROOT/.cache/tools/$module ]] || run_step "fetching nginx" nginx.log \
    fetch_files nginx libnginx-mod-rtmp -- usr/sbin/nginx "$module"
}

# fetch_files PACKAGE… -- FILE…: puts files of Debian packages into .cache/tools without installing the packages.
fetch_files() {
  local packages=() directory package file
  while [[ $1 != -- ]]; do packages+=("$1") && shift; done
  shift
  directory=$(mktemp -d)
  chmod 755 "$directory"
  (cd "$directory" && download_packages "${packages[@]}")
  for package in "$directory"/*.deb; do dpkg-deb -x "$package" "$directory/tree"; done
  for file; do install -D "$directory/tree/$file" "$ROOT/.cache/tools/$file"; done
  rm -r "$directory"
}

# Package lists may be missing or too old, as for install_packages. Downloading takes no root.
download_packages() {
  compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || apt_get update
  apt-get download -q "$@" || { apt_get update && apt-get download -q "$@"; }
}
