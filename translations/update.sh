#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Collects the texts of ui and app into the .ts files and lists what is left to translate. Exit code 1: something is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
lupdate=$(command -v lupdate6 || echo /usr/lib/qt6/bin/lupdate)
for language in de ja en; do
  # English needs its plural forms only; everything else is in the sources.
  plural=()
  if [ "$language" = en ]; then plural=(-pluralonly); fi
  "$lupdate" "${plural[@]}" -silent -no-obsolete -locations none -source-language en -target-language "$language" -recursive ui app -I . \
    -ts "translations/dormouse_$language.ts" 2>/dev/null
done
exec python3 tests/architecture/check_translations.py "$lupdate"
