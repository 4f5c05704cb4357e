// A family's benchmark from settings to cells inside one process, as the command and its workers
// would run it. One thread, as in a worker: more would spin for one another on networks this small.
#pragma once

#include "sdk/internal/family.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace assay::test {

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

/// Settings with the family's defaults filled in. Throws Error for the first mistake.
Json resolved_settings(const std::string& family, const Json& given);

class FamilyBenchmark {
 public:
  /// Runs every stage for `seeds`.
  FamilyBenchmark(const std::string& family, const Json& given, Seeds seeds);

  std::vector<RowOutcome> reference(const std::string& id) const;
  /// A method on rows of a seed and parameters each.
  std::vector<RowOutcome> method_rows(const MethodEntry& method, std::vector<CellRow> rows) const;

  const std::vector<RowOutcome>& stage(const std::string& name) const { return stages_.at(name); }
  std::filesystem::path folder(const std::string& name) const { return folder_.path() / name; }
  /// Rewrites stage.json with one seed failed, as the command records it.
  void fail_stage(const std::string& name, std::uint64_t seed, const std::string& message);
  const Json& settings() const { return settings_; }
  const Json& expansion() const { return expansion_; }
  const Seeds& seeds() const { return seeds_; }
  /// The phase that the last job was in when it ended or threw.
  const std::string& last_phase() const { return last_phase_; }

 private:
  std::vector<RowOutcome> cells(CellJob job, const Json& inputs) const;
  void write_record(const std::string& name);

  const Family& family_;
  TemporaryFolder folder_;
  Json settings_, expansion_;
  Seeds seeds_;
  std::map<std::string, std::vector<RowOutcome>> stages_;
  mutable std::string last_phase_;
  mutable int outputs_ = 0;
};

}  // namespace assay::test
