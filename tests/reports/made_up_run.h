// A run's folder with made-up results: failures, missing cells, values that are not numbers, one
// seed, hostile texts, and claims of every verdict. The same bytes each time.
#pragma once

#include "run_spec.h"

#include <filesystem>

namespace assay::reports::test {

/// Writes the run to `folder`, which must not exist.
void write_made_up_run(const std::filesystem::path& folder);

/// A folder of this test's own below the system's temporary one, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace assay::reports::test
