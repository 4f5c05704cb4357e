// Problems that can be computed by hand, and benchmarks of the family.
#pragma once

#include "support/family_benchmark.h"
#include "support/plugin_method.h"

#include <assay/delta.h>

#include <functional>
#include <string>
#include <vector>

namespace assay::delta::test {

using Seeds = std::vector<std::uint64_t>;
using assay::test::error_of;
using assay::test::plugin_method;

/// Settings with the family's defaults filled in. Throws Error for the first mistake.
Json resolved(const Json& given);

class Benchmark : public assay::test::FamilyBenchmark {
 public:
  Benchmark(const Json& given, Seeds seeds) : FamilyBenchmark("delta", given, std::move(seeds)) {}

  /// A method on every seed of the stages.
  std::vector<RowOutcome> method(const MethodEntry& entry, const Json& parameters) const;
};

/// A method made of one function, set by the test.
class Probe final : public Method {
 public:
  static MethodInfo describe() { return MethodInfo("probe"); }
  explicit Probe(const Parameters&) {}
  Model fit(const Problem& problem, Run& run) override { return body(problem, run); }
  static std::function<Model(const Problem&, Run&)> body;
};
extern const MethodEntry probe;

/// logits of token t + 1 are row x_t of a table [V, V]: a network for sequences that is known by
/// heart. Items [R, T].
std::shared_ptr<const Network> bigram(std::int64_t symbols);

/// Four classes, float64.
Problem class_problem(const Seeds& seeds);
/// Prompts and responses of differing lengths over five symbols, one response empty; float64.
Problem sequence_problem(const Seeds& seeds);

/// The method's parameters: its defaults with `given` over them.
Json parameters_of(const MethodEntry& entry, const Json& given);

/// What one fit gave: parameters before the first step and after each, and the losses of the steps.
struct Fit {
  std::vector<Tensor> theta_KP;           ///< one more than steps
  std::vector<std::vector<double>> loss;  ///< [step][row]
};
/// Trains on full batches by plain gradient descent, a checkpoint after every step.
Fit fit(const MethodEntry& entry, const Json& parameters, Problem problem, const Seeds& seeds,
        std::int64_t steps, double lr);

}  // namespace assay::delta::test
