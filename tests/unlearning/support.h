// Benchmarks of the family, and methods made of one function.
#pragma once

#include "support/family_benchmark.h"

#include <assay/unlearning.h>

#include <functional>
#include <string>
#include <vector>

namespace assay::unlearning::test {

using assay::test::error_of;
using assay::test::TemporaryFolder;

/// Settings with the family's defaults filled in. Throws Error for the first mistake.
Json resolved(const Json& given);

/// A method made of one function, set by the test; it needs `Needs...`.
struct NoNeed {};
template <class Tag = NoNeed>
class Probe final : public Method {
 public:
  static MethodInfo describe() {
    MethodInfo info("probe");
    for (const char* need : needs) info.needs(need);
    return info.parameter(real("alpha", 0.5).range(0, 1).per_row());
  }
  explicit Probe(const Parameters&) {}
  Answer unlearn(const Problem& problem, Run& run) override { return body(problem, run); }

  static inline std::vector<const char*> needs;
  static inline std::function<Answer(const Problem&, Run&)> body;
};

class Benchmark : public assay::test::FamilyBenchmark {
 public:
  /// Runs every stage for `seeds`.
  Benchmark(const Json& given, Seeds seeds);

  /// A method on every seed, or on those given.
  std::vector<RowOutcome> method(const MethodEntry& entry, const Seeds& some = {}) const;
  Tensor output(const std::string& stage, const std::string& name) const;
};

/// The family's small benchmark: fractions of a second.
Json tiny();

/// The same of answers of tokens.
Json tiny_answers();

double metric(const RowOutcome& row, const char* name);

}  // namespace assay::unlearning::test
