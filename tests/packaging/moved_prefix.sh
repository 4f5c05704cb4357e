#!/usr/bin/env bash
# Installs the build to a prefix, moves the prefix, and uses it from there: the commands run, and a
# plugin outside the tree configures, builds, passes its tests and has the same bytes from two folders.
#   moved_prefix.sh CMAKE BUILD_FOLDER WORK_FOLDER PLUGIN_PROJECT
set -euo pipefail
cmake="$1" build="$2" work="$3" project="$4"

fail() {
  echo "moved_prefix: $*" >&2
  exit 1
}

# Nothing of this machine's set-up may help.
unset ASSAY_TORCH_DIR ASSAY_PLUGIN_PATH ASSAY_PREFIX LD_LIBRARY_PATH
rm -rf "$work"
mkdir -p "$work"
export XDG_CACHE_HOME="$work/cache" XDG_DATA_HOME="$work/data"

"$cmake" --install "$build" --prefix "$work/installed" >"$work/install.log" || {
  cat "$work/install.log"
  fail "installing failed"
}
prefix="$work/moved somewhere else"
mv "$work/installed" "$prefix"

# Installing copies bytes: the content hashes under which results are cached stay the same.
for file in lib/libassay.so lib/assay/plugins/xent.so bin/assay bin/assay-worker; do
  cmp "$build/$file" "$prefix/$file" || fail "$file changed while it was installed"
done

"$prefix/bin/assay" --version
methods="$("$prefix/bin/assay" list methods)"
grep -q xent <<<"$methods" || fail "the moved prefix does not list xent: $methods"
[[ -f "$prefix/share/assay/suites/quickstart.toml" ]] || fail "the suites are not installed"

# The library a plugin author's project is linked to must be the moved one.
for copy in one two; do
  cp -r "$project" "$work/$copy"
  "$cmake" -S "$work/$copy" -B "$work/$copy/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    "-DCMAKE_PREFIX_PATH=$prefix" >"$work/$copy.log" 2>&1 || {
    cat "$work/$copy.log"
    fail "configuring a plugin outside the tree failed"
  }
done
"$cmake" --build "$work/one/build"
(cd "$work/one/build" && ctest --output-on-failure --no-tests=error) || fail "the plugin's own tests failed"
"$cmake" --build "$work/two/build"
cmp "$work/one/build/outside.so" "$work/two/build/outside.so" ||
  fail "equal plugin sources in two folders give different bytes"

# Another LibTorch than the recorded one is refused, and both are named.
other="$work/other/torch"
mkdir -p "$other/include/ATen" "$other/lib"
touch "$other/include/ATen/ATen.h" "$other/lib/libtorch_cpu.so" "$other/lib/libc10.so"
echo "__version__ = '2.99.0+cpu'" >"$other/version.py"
if "$cmake" -S "$work/one" -B "$work/refused" -G Ninja "-DCMAKE_PREFIX_PATH=$prefix" \
  "-DASSAY_TORCH_DIR=$other" >"$work/refused.log" 2>&1; then
  fail "a plugin was configured against another LibTorch"
fi
tr -s ' \n' ' ' <"$work/refused.log" | grep -q 'was built with LibTorch .* but .* is 2.99.0+cpu' || {
  cat "$work/refused.log"
  fail "the refusal does not name both versions of LibTorch"
}

# The prefix after its LibTorch has moved: one link is replaced.
torch="$(readlink "$prefix/lib/assay/torch")"
ln -sfn "$work/nowhere/torch/lib" "$prefix/lib/assay/torch"
if "$prefix/bin/assay-worker" --describe "$prefix/lib/assay/plugins/xent.so" >/dev/null 2>&1; then
  fail "the worker ran without its LibTorch"
fi
"$prefix/bin/assay" doctor --relink "$(dirname "$torch")" >"$work/relink.log" 2>&1 || {
  cat "$work/relink.log"
  fail "assay doctor --relink failed"
}
"$prefix/bin/assay-worker" --describe "$prefix/lib/assay/plugins/xent.so" >/dev/null ||
  fail "the worker does not run after assay doctor --relink"
rm -rf "$work"
