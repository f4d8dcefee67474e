#!/usr/bin/env bash
# image-root.sh ROOT: the root file system of the image, made in the build stage of docker/Dockerfile: sluice, the shared
# libraries it is linked with, what Debian's packages of these say about themselves, and the notices of all it is made of.
set -euo pipefail

readonly ROOT=$1
readonly NOTICES=$ROOT/usr/share/doc/sluice
readonly HEADERS=build/headers.txt # every header that was compiled in, as ninja tells it

main() {
  mkdir -p "$ROOT"/{etc/sluice,usr/bin,usr/lib,var/lib/dpkg/status.d,recordings,tmp} "$NOTICES"
  # As in Debian: /bin, /lib and the like are links into /usr.
  local link
  for link in bin lib lib64 sbin; do
    mkdir -p "$ROOT/usr/$link"
    ln -s "usr/$link" "$ROOT/$link"
  done
  chmod 1777 "$ROOT/tmp"
  # Whichever uid the container gets, it may write here; a volume made of this directory inherits that.
  chmod 777 "$ROOT/recordings"

  strip -o "$ROOT/usr/bin/sluice" build/release/sluice
  cp config/sluice.yaml "$ROOT/etc/sluice/"
  copy_ffmpeg
  local package packages=(base-files)
  mapfile -t -O 1 packages < <(linked_packages)
  for package in "${packages[@]}"; do copy_package "$package"; done
  make_users
  make_notices
  # Whoever removes a library that is needed, or adds one from elsewhere, hears of it here.
  chroot "$ROOT" /usr/bin/sluice --version
}

# The packages that own the libraries the dynamic linker loads, and those that hold their copyright files: Debian lets
# packages of one source share a file by linking their directories.
linked_packages() {
  ldd build/release/sluice | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p; s/^\t\(\/[^ ]*\) .*/\1/p' | while read -r library; do
    [[ -e $ROOT/usr/lib/${library##*/} ]] || owner_of "$library"
  done | sort -u | while read -r package; do
    echo "$package"
    [[ ! -L /usr/share/doc/$package ]] || owner_of "$(readlink -f "/usr/share/doc/$package")/copyright"
  done | sort -u
}

# A file may be known to dpkg under its name from before /lib moved into /usr.
owner_of() {
  local found file
  file=$(readlink -f "$1")
  found=$(dpkg-query -S "$file" 2>/dev/null) || found=$(dpkg-query -S "${file#/usr}" 2>/dev/null) ||
    { echo "image-root: no package owns $file" >&2 && return 1; }
  echo "${found%%:*}"
}

# FFmpeg is not installed from a package, and still told to scanners as a build of its source package.
copy_ffmpeg() {
  local library
  while read -r library; do
    strip --strip-unneeded -o "$ROOT/usr/lib/${library##*/}" "$(readlink -f "$library")"
  done < <(ldd build/release/sluice | sed -n 's/.* => \([^ ]*\/libav[^ ]*\) .*/\1/p')
  mkdir -p "$ROOT/usr/share/doc/ffmpeg"
  cp /usr/share/doc/ffmpeg/copyright "$ROOT/usr/share/doc/ffmpeg/"
  cat >"$ROOT/var/lib/dpkg/status.d/sluice-libav" <<TEXT
Package: sluice-libav
Status: install ok installed
Maintainer: sluice
Architecture: $(dpkg --print-architecture)
Source: ffmpeg
Version: $(</ffmpeg/version)
Description: libavformat, libavcodec and libavutil with what sluice uses
 Built from the source package ffmpeg with: $(</ffmpeg/configuration)
TEXT
}

# Libraries, licences and the name of the system; without gconv, which sluice has no use for and is the half of libc6.
copy_package() {
  local package=$1 files
  files=$(dpkg-query -L "$package" | grep -E \
    '^(/usr)?/lib|^/usr/share/common-licenses/|^/usr/share/doc/[^/]*(/copyright)?$|^/etc/(os-release|debian_version)$' |
    grep -vE '/gconv/|^/usr/lib/(tmpfiles\.d|sysusers\.d)')
  while read -r file; do
    [[ -d $file && ! -L $file ]] || echo "${file#/}"
  done <<<"$files" | tar -C / -c --no-recursion -T - | tar -C "$ROOT" -x --keep-directory-symlink
  dpkg-query -s "$package" >"$ROOT/var/lib/dpkg/status.d/$package"
}

make_users() {
  cat >"$ROOT/etc/passwd" <<'TEXT'
root:x:0:0:root:/:/sbin/nologin
sluice:x:65532:65532:sluice:/:/sbin/nologin
nobody:x:65534:65534:nobody:/:/sbin/nologin
TEXT
  cat >"$ROOT/etc/group" <<'TEXT'
root:x:0:
sluice:x:65532:
nogroup:x:65534:
TEXT
}

# components: a line for each source package that something in the image comes from, its version, and how it is there.
# A library's own headers are its own matter; those of header-only libraries are part of the program.
make_notices() {
  cp LICENSE "$NOTICES/"
  cp build/release/web/hls.js-license.txt "$NOTICES/"
  {
    printf '%s\t%s\tlibrary\n' ffmpeg "$(</ffmpeg/version)"
    printf '%s\t%s\tbuilt in\n' hls.js "$(sed -n 's/^ *"version": "\(.*\)",*$/\1/p' /web/node_modules/hls.js/package.json)"
    local record
    for record in "$ROOT"/var/lib/dpkg/status.d/*; do
      [[ ${record##*/} == sluice-libav ]] || source_of "${record##*/}" library
    done
    header_packages | while read -r package; do
      # Boost's copyright file alone has 2 MB.
      is_carried "$package" || copy_copyright "$package"
      source_of "$package" "built in"
    done
  } | sort -t $'\t' -k 1,1 -k 3,3r | awk -F '\t' '!seen[$1]++' >"$NOTICES/components"
}

source_of() {
  # shellcheck disable=SC2016 # dpkg-query's fields, not ours
  dpkg-query -W -f='${source:Package}\t${source:Version}\t'"$2"'\n' "$1"
}

# Whether a library of the same source is there, and with it the same copyright file.
is_carried() {
  local library
  for library in "$ROOT"/usr/share/doc/*/copyright; do
    if cmp -s "$library" "/usr/share/doc/$1/copyright"; then return 0; fi
  done
  return 1
}

header_packages() {
  sed -n 's/^ *\(\/usr\/.*\)$/\1/p' "$HEADERS" | sort -u | while read -r header; do
    readlink -f "$header"
  done | grep -v '/libav[a-z]*/' | sort -u | xargs dpkg-query -S | sed 's/:.*//' | sort -u
}

copy_copyright() {
  mkdir -p "$ROOT/usr/share/doc/$1"
  cp -L "/usr/share/doc/$1/copyright" "$ROOT/usr/share/doc/$1/"
}

main
