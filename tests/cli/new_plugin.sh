#!/usr/bin/env bash
# A scaffolded plugin outside the tree, against an installed and moved prefix: it configures, builds,
# passes its tests, and runs in its suite up to the report.
#   new_plugin.sh CMAKE BUILD_FOLDER WORK_FOLDER
set -euo pipefail
cmake="$1" build="$2" work="$3"

fail() {
  echo "new_plugin: $*" >&2
  exit 1
}

unset ASSAY_TORCH_DIR ASSAY_PLUGIN_PATH ASSAY_PREFIX LD_LIBRARY_PATH
rm -rf "$work"
mkdir -p "$work"
export XDG_CACHE_HOME="$work/cache" XDG_DATA_HOME="$work/data"
"$cmake" --install "$build" --prefix "$work/installed" >"$work/install.log" || {
  cat "$work/install.log"
  fail "installing failed"
}
mv "$work/installed" "$work/moved"
assay="$work/moved/bin/assay"

cd "$work"
"$assay" new-plugin demo --family weak_to_strong
cd demo
"$cmake" -B build -G Ninja -DCMAKE_PREFIX_PATH="$work/moved" >"$work/configure.log" 2>&1 || {
  cat "$work/configure.log"
  fail "configuring failed"
}
"$cmake" --build build
(cd build && ctest --output-on-failure --no-tests=error) || fail "its own tests failed"
"$assay" describe demo --plugin-dir build | grep -q 'power *real *2' || fail "describe does not know it"
"$assay" run suite.toml --plugin-dir build --out "$work/run" || fail "its suite does not run"
[[ -s "$work/run/report.html" && -s "$work/run/report.md" ]] || fail "there is no report"
grep -q demo "$work/run/report.md" || fail "the report does not mention the method"
rm -rf "$work"
