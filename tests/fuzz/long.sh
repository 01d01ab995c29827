#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs one fuzz target with libFuzzer and sanitizers for a minute: long.sh SOURCE FOLDER TARGET. Only with NAMIDA_TEST_ALL=1
# (build-aux/test --all) and where clang has libFuzzer; otherwise exits with 77. FOLDER: a separate build folder, kept
# between runs.
set -euo pipefail
source=$1 folder=$2 target=$3

skip () { echo "$*"; exit 77; }

[ "${NAMIDA_TEST_ALL:-}" = 1 ] || skip "only with --all"
command -v clang >/dev/null || skip "clang is not installed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#include <stddef.h>\n#include <stdint.h>\nint LLVMFuzzerTestOneInput(const uint8_t*d,size_t n){return 0;}\n' >"$work/try.c"
clang -fsanitize=fuzzer,address -o "$work/try" "$work/try.c" 2>/dev/null || skip "clang has no libFuzzer here"

# Several targets may come at once: one of them builds.
mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
if [ ! -f "$folder/build.ninja" ]; then
  rm -rf "$folder"
  CC=clang meson setup "$folder" "$source" -Dfuzz=true -Dapp=false -Db_sanitize=address,undefined -Db_lundef=false \
    >"$work/setup.log" 2>&1 || { cat "$work/setup.log"; exit 1; }
fi
ninja -C "$folder" "tests/fuzz/fuzz-$target" >"$work/build.log" 2>&1 || { tail -n 50 "$work/build.log"; exit 1; }
flock -u 9

mkdir "$work/corpus"
cd "$work"
# What GLib keeps for ever is no leak of ours.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
"$folder/tests/fuzz/fuzz-$target" -max_total_time=60 -max_len=16384 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
  corpus "$source/tests/fuzz/seeds/$target" >run.log 2>&1 ||
  { tail -n 80 run.log; for found in crash-* leak-* timeout-* oom-*; do [ -e "$found" ] && { echo "$found:"; base64 "$found"; }; done; exit 1; }
grep 'stat::' run.log
