# shellcheck shell=bash
# Shared by the scripts of this folder; sourced, never run.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
preset="${ASSAY_PRESET:-release}"
build="$root/build/$preset"

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# One compiler on LibTorch's headers takes up to 2 GB: on a small machine the number of cores is
# not the limit, the memory is.
build_jobs() {
  local cores memory_kb by_memory
  cores="$(nproc)"
  memory_kb="$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null || true)"
  by_memory=$(("${memory_kb:-4000000}" / 2000000))
  ((by_memory >= 1)) || by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

# Configures only when it must: a build folder that was configured completely re-runs CMake by
# itself when a CMake file changes. The stamp is written after a configure step that succeeded.
configure() {
  local stamp="$build/.assay-configured" wanted
  wanted="$preset ${ASSAY_TORCH_DIR:-$(echo "$root"/.venv/lib/python*/site-packages/torch)}"
  if [[ -f "$build/build.ninja" && "$(cat "$stamp" 2>/dev/null)" == "$wanted" ]]; then
    return
  fi
  (cd "$root" && cmake --preset "$preset" "-DASSAY_TORCH_DIR=${ASSAY_TORCH_DIR:-}" >&2)
  printf '%s\n' "$wanted" >"$stamp"
}

build_targets() {
  local args=()
  local target
  for target in "$@"; do args+=(--target "$target"); done
  cmake --build "$build" -j "$(build_jobs)" "${args[@]}" >&2
}

# What the torch wheel needs to be imported: scripts/setup installs it without.
# shellcheck disable=SC2034
torch_needs=(filelock 'typing-extensions>=4.10.0' 'sympy>=1.13.3' 'networkx>=2.5.1' jinja2 'fsspec>=0.8.5')
