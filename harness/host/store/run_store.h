// A run's folder, held open for writing by one command: lock, unpublished work, publishing.
#pragma once

#include "host/store/block.h"

#include <assay/common/files.h>
#include <assay/common/parameters_json.h>

#include <optional>
#include <string>

namespace assay {

/// Where jobs keep what they go on from after an interruption, in a run's folder.
inline constexpr const char* checkpoint_folder = "checkpoints";

class RunStore {
 public:
  /// Opens or makes the run at `folder`, takes its lock and empties its tmp folder. With `fresh`, the
  /// cells, logs and reports of an earlier run are removed. Throws Error when another command holds
  /// the lock (with its pid), or the folder has something in it but is not a run.
  RunStore(const fs::path& folder, bool fresh);

  const fs::path& folder() const noexcept { return folder_; }
  /// run.json as the command before this one left it; null when there was none, or it was damaged.
  const Json& previous() const noexcept { return previous_; }

  void write_run_json(const Json& run);
  /// A new empty folder below tmp for unpublished work. Never one that an earlier command used: a
  /// worker that outlived it may still write there.
  fs::path new_folder(const std::string& name);
  /// Publishes `folder` (made by new_folder) as a block of cells; a block that is there is replaced.
  void publish_block(const fs::path& folder, const std::string& benchmark,
                     const std::string& method, const Seeds& block);

 private:
  fs::path folder_;
  std::optional<FileLock> lock_;
  Json previous_;
  unsigned counter_ = 0;
};

}  // namespace assay
