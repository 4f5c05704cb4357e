// Benchmarks of the family, small settings, the environment.
#pragma once

#include "support/family_benchmark.h"
#include "support/plugin_method.h"

#include <assay/weak_to_strong.h>

#include <string>
#include <vector>

namespace assay::weak_to_strong::test {

using Seeds = std::vector<std::uint64_t>;

using assay::test::error_of;
using assay::test::plugin_method;
using assay::test::TemporaryFolder;

/// Sets an environment variable for the life of the object.
class Environment {
 public:
  Environment(const char* name, const std::string& value);
  ~Environment();

 private:
  const char* name_;
  std::string before_;
  bool was_set_;
};

/// Settings with the family's defaults filled in. Throws Error for the first mistake.
Json resolved(const Json& given);

class Benchmark : public assay::test::FamilyBenchmark {
 public:
  /// Runs every stage for `seeds`.
  Benchmark(const Json& given, Seeds seeds);

  /// A method on every seed of the stages.
  std::vector<RowOutcome> method(const MethodEntry& entry, const Json& parameters) const;
};

/// Small settings on latent_tasks: fractions of a second.
Json tiny_latent();
/// Small settings on Fashion-MNIST, from scratch.
Json tiny_fashion();

/// Debates about glyphs: four supervisors, 2x2 cells, four pixels.
Json tiny_debated();

/// The subspace task (40, 10, 10, 120, 400), fitted in closed form.
Json tiny_subspace();

}  // namespace assay::weak_to_strong::test
