#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by ./run and ./check: installs what a fresh Debian 12 lacks. Nothing else may install anything.
# Usage: dormouse_setup PACKAGE...

dormouse_base_packages=(
  g++ cmake ninja-build ccache mold git ca-certificates
  qt6-base-dev qt6-base-dev-tools qt6-websockets-dev qt6-svg-dev libqt6svg6
  libqt6sql6-sqlite libqt6sql6-psql qt6-qpa-plugins qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools qt6-translations-l10n
  libjemalloc-dev libgl1-mesa-dev libxkbcommon-dev fonts-dejavu-core fonts-vlgothic
)
dormouse_test_packages=(sqlite3 python3 postgresql)
dormouse_fuzz_packages=(clang libclang-rt-dev)

dormouse_setup() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing: ${missing[*]}" >&2
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "these Debian packages are missing and sudo is not there to install them: ${missing[*]}" >&2; return 1; }
    sudo=(sudo)
  fi
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Node.js may come from anywhere; Debian's is the fallback.
dormouse_setup_node() {
  if command -v node >/dev/null && command -v npm >/dev/null; then return 0; fi
  dormouse_setup nodejs npm
}

# A compiler cache that serves every checkout, wherever it lies.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
export CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
