// Streams learned inside one process, by methods that a test makes up.
#pragma once

#include "sdk/families/continual/example.h"
#include "sdk/families/continual/learner.h"
#include "sdk/internal/family.h"

#include <assay/continual.h>

#include <filesystem>
#include <string>

namespace assay::continual::test {

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

/// What a scenario tells with boundaries.
StreamOptions options_of(Scenario scenario);

/// Learns an example's stream with the hooks that `M` overrides.
template <class M>
Learned learn(const Example& example, M& method, Run& run, const StreamOptions& options) {
  return run_stream(example.problem, example.stream(), method, Method::overridden_hooks<M>(), run,
                    options);
}

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

}  // namespace assay::continual::test
