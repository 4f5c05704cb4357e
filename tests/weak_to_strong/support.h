// A benchmark of the family from settings to cells inside one process, as the command and its
// workers would run it; temporary folders; the methods' libraries.
#pragma once

#include "sdk/internal/family.h"

#include <assay/weak_to_strong.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace assay::weak_to_strong::test {

using Seeds = std::vector<std::uint64_t>;

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

/// The method of an in-tree plugin ("xent"), loaded once.
const MethodEntry& plugin_method(const std::string& name);

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

class Benchmark {
 public:
  /// Runs every stage for `seeds`.
  Benchmark(const Json& given, Seeds seeds);

  std::vector<RowOutcome> reference(const std::string& id) const;
  /// A method on rows of a seed and parameters each.
  std::vector<RowOutcome> method_rows(const MethodEntry& method, std::vector<CellRow> rows) const;
  /// A method on every seed of the stages.
  std::vector<RowOutcome> method(const MethodEntry& entry, const Json& parameters) const;

  const std::vector<RowOutcome>& stage(const std::string& name) const { return stages_.at(name); }
  std::filesystem::path folder(const std::string& name) const { return folder_.path() / name; }
  /// Rewrites stage.json with one seed failed, as the command records it.
  void fail_stage(const std::string& name, std::uint64_t seed, const std::string& message);
  const Json& settings() const { return settings_; }
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

/// Small settings on latent_tasks: fractions of a second.
Json tiny_latent();
/// Small settings on Fashion-MNIST, from scratch.
Json tiny_fashion();

/// The subspace task (40, 10, 10, 120, 400), fitted in closed form.
Json tiny_subspace();

}  // namespace assay::weak_to_strong::test
