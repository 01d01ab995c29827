# SPDX-License-Identifier: GPL-3.0-or-later
# LocalSend by another author, for the benchmark and for a test that is skipped without it: exactly the packages of tests/interop/npm, checked by
# their hashes. It needs Node.js 20 and its npm, which Debian 12 does not have; without them, or without a network, the scripts continue.
# Sourced by bash after common.sh.

install_npm ()
{
  local folder=$root/build-npm source=$root/tests/interop/npm
  command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 || return 0
  [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 20 ] || return 0
  [ -w "$root" ] || return 0
  cmp -s "$source/package-lock.json" "$folder/installed.json" && return 0
  mkdir -p "$folder" && cp "$source/package.json" "$source/package-lock.json" "$folder/"
  say "Installing: npm package localsend"
  if (cd "$folder" && timeout 300 npm ci --ignore-scripts --omit=optional --no-audit --no-fund) >/dev/null 2>&1; then
    cp "$folder/package-lock.json" "$folder/installed.json"
  else
    say "It could not be installed: its test, and its place in the benchmark, will be skipped."
  fi
}
