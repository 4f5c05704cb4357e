// What the plugins that misbehave on purpose share. Each does one thing wrong, or, where `only_seed`
// says so, does it only in a cohort that contains this seed.
#pragma once

#include <assay/weak_to_strong.h>

#include <algorithm>

namespace assay::faults {

inline ParameterSpec only_seed() {
  return integer("only_seed", -1).at_least(-1).help("misbehave for this seed only; -1: always");
}

/// Whether it is time to misbehave.
inline bool due(const Parameters& parameters, const Run& run) {
  const std::int64_t seed = parameters.integer("only_seed");
  const auto& seeds = run.seeds();
  return seed < 0 ||
         std::find(seeds.begin(), seeds.end(), static_cast<std::uint64_t>(seed)) != seeds.end();
}

}  // namespace assay::faults
