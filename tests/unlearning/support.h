// A benchmark of the family from settings to cells inside one process, as the command and its
// workers would run it.
#pragma once

#include "sdk/internal/family.h"

#include <assay/unlearning.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace assay::unlearning::test {

/// A folder that goes away with its content.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Settings with the family's defaults filled in. Throws Error for the first mistake.
Json resolved(const Json& given);

/// The message of the Error that `call` throws, "" when it throws none.
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

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

class Benchmark {
 public:
  /// Runs every stage for `seeds`.
  Benchmark(const Json& given, Seeds seeds);

  std::vector<RowOutcome> reference(const std::string& id) const;
  /// A method on every seed, or on those given.
  std::vector<RowOutcome> method(const MethodEntry& entry, Seeds seeds = {}) const;

  const std::vector<RowOutcome>& stage(const std::string& name) const { return stages_.at(name); }
  Tensor output(const std::string& stage, const std::string& name) const;
  std::filesystem::path folder(const std::string& name) const { return folder_.path() / name; }
  /// Rewrites stage.json with one seed failed, as the command records it.
  void fail_stage(const std::string& name, std::uint64_t seed, const std::string& message);
  const Json& settings() const { return settings_; }
  const Json& expansion() const { return expansion_; }
  /// The phase that the last job was in when it ended or threw.
  const std::string& last_phase() const { return last_phase_; }

 private:
  std::vector<RowOutcome> cells(CellJob job, const Json& inputs) const;
  void write_record(const std::string& name);

  TemporaryFolder folder_;
  Json settings_, expansion_;
  Seeds seeds_;
  std::map<std::string, std::vector<RowOutcome>> stages_;
  mutable std::string last_phase_;
  mutable int outputs_ = 0;
};

/// The family's small benchmark: fractions of a second.
Json tiny();

double metric(const RowOutcome& row, const char* name);

}  // namespace assay::unlearning::test
