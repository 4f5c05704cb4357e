// The axis of a claim about a sweep: which rows lie along it, and where.
#pragma once

#include "host/suite/expectation.h"
#include "host/suite/suite.h"

#include <string>
#include <variant>
#include <vector>

namespace assay {

/// Why there is no line to fit, and which part of the claim to look at.
struct AxisProblem {
  enum class Part { axis, method };

  Part part = Part::axis;
  std::string message;
};

/// The lines of a claim whose expectation speaks of a sweep. `expectation.axis` is
///
/// - a parameter that variants of one entry of `methods` sweep, `claim.method` being their name's
///   stem: a line on each benchmark of `claim.on`, and for each combination of what else they
///   sweep;
/// - else a setting that differs between the benchmarks of `claim.on`, by its path with dots:
///   one line through the row `claim.method` of each.
///
/// Whether that row exists is not checked: `suite` knows no references. Benchmarks that `suite`
/// lacks are left out.
std::variant<std::vector<ClaimLine>, AxisProblem> find_lines(const Claim& claim,
                                                             const Expectation& expectation,
                                                             const Suite& suite);

/// The stems of the variants' names that sweeps made: "logconf" of "logconf-alpha=0.25".
std::vector<std::string> sweep_stems(const Benchmark& benchmark);

/// Gives every claim of the suite its rules and lines: of a comparison of named benchmarks one
/// line, its rows. Those without a line keep none.
void complete_claims(Suite& suite);

}  // namespace assay
