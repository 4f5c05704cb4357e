// `--seeds`, `--only`, `--methods`: parts of a suite.
#pragma once

#include "host/suite/suite.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace assay {

/// `--seeds N`: the seeds 0 .. N-1 in the suite and in every benchmark. Throws Error (wrong use)
/// for numbers that a suite could not have.
void keep_seeds(Suite& suite, std::int64_t count);

/// What `--only` and `--methods` leave to be computed. The suite itself stays whole, and so do its
/// plan, its keys, its claims and what a report expects.
struct Selection {
  std::string only;                  ///< as given; "": every benchmark
  std::vector<std::string> methods;  ///< as given; none: every method
  std::map<std::string, std::set<std::string>> kept;  ///< benchmark id -> variants

  /// References are computed where any method of their benchmark is.
  bool has(const std::string& benchmark, const std::string& method, bool reference) const;
};

/// `only`: a glob over benchmark ids; `methods`: globs over variants' names and method ids. Throws
/// Error (wrong use) when a glob matches nothing of what is left.
Selection select(const Suite& suite, const std::string& only,
                 const std::vector<std::string>& methods);

}  // namespace assay
