#!/usr/bin/env bash
# ffmpeg8/install.sh FOLDER: FFmpeg 8 as the npm packages of package-lock.json, and the scripts beside it, in FOLDER;
# nothing to do when they are there already.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
cd "$1"
cp "$here"/*.mjs "$here"/package.json "$here"/package-lock.json "$here"/.npmrc .
if ! cmp -s package-lock.json node_modules/installed.json; then
  npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json node_modules/installed.json
fi
