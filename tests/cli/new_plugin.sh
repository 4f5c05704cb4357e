#!/usr/bin/env bash
# A scaffolded plugin of every family outside the tree, against an installed and moved prefix: it
# configures, builds, passes its tests, and runs in its suite up to the report.
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

# A plugin of the family $1; its `describe` must have a line like $2.
check_family() {
  local family="$1" parameter="$2" name="demo-$1" report="$work/run-$1/report" said test
  cd "$work"
  "$assay" new-plugin "$name" --family "$family"
  cd "$name"
  "$cmake" -B build -G Ninja -DCMAKE_PREFIX_PATH="$work/moved" >"$work/configure.log" 2>&1 || {
    cat "$work/configure.log"
    fail "$family: configuring failed"
  }
  "$cmake" --build build
  said="$(ctest --test-dir build -N)"
  for test in conform smoke suite; do
    grep -q "plugin.$name.$test\$" <<<"$said" || fail "$family: there is no test $test: $said"
  done
  ctest --test-dir build --output-on-failure || fail "$family: its own tests failed"
  said="$("$assay" describe "$name" --plugin-dir build)"
  grep -Eq "$parameter" <<<"$said" || fail "$family: describe does not know its parameter: $said"
  "$assay" run suite.toml --plugin-dir build --out "$work/run-$family" ||
    fail "$family: its suite does not run"
  [[ -s "$report.html" && -s "$report.md" ]] || fail "$family: there is no report"
  grep -q "$name" "$report.md" || fail "$family: the report does not mention the method"
}

# A family without a line here fails: its template would be built by nobody.
for folder in "$work"/moved/share/assay/templates/*/; do
  family="$(basename "$folder")"
  case "$family" in
    weak_to_strong) check_family "$family" 'power +real +2' ;;
    delta) check_family "$family" 'beta +real +0?\.1' ;;
    continual) check_family "$family" 'strength +real +0?\.1' ;;
    debate) check_family "$family" 'places +integer +2' ;;
    unlearning) check_family "$family" 'weight +real +0?\.1' ;;
    *) fail "the family $family has a template that is not built here" ;;
  esac
done
rm -rf "$work"
