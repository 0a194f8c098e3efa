#!/bin/sh
# lint.sh - the Swift sources are formatted, shellcheck has no word about any shell script, and the tools' own tests pass;
# exit 1 otherwise.
set -eu
cd "$(dirname "$0")/.."
swift format lint --strict -r Sources Tests Fuzzing Benchmarks Package.swift
scripts() { # every file that begins as a shell script, and those that other scripts run with sh
  git ls-files -co --exclude-standard checks fixtures tools .ci | while read -r file; do
    [ -f "$file" ] || continue
    case $file in
      *.sh) echo "$file" ;;
      *) if head -n 1 "$file" | grep -qE '^#! ?/bin/(sh|bash|busybox sh)'; then echo "$file"; fi ;;
    esac
  done
}
scripts | while read -r file; do
  if head -n 1 "$file" | grep -q '^#!'; then shellcheck "$file"; else shellcheck -s sh "$file"; fi
done
python3 -B -m unittest discover -q -s tools
