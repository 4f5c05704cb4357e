// The stage cache: stages published under the hash of what made them, shared by all runs of a user.
// Safe between commands: an entry appears by one rename, an entry in use is locked against removal.
#pragma once

#include <assay/common/files.h>
#include <assay/common/parameters_json.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay {

inline constexpr int stage_version = 1;

/// An entry as `assay cache ls` shows it.
struct StageEntry {
  std::string key;
  Json document;            ///< stage.json; null when it is damaged
  std::uint64_t bytes = 0;  ///< of all its files
  fs::file_time_type used;  ///< last time a run used it
};

class StageCache {
 public:
  /// `folder` is made when it is missing; leftovers of commands that died are removed.
  explicit StageCache(const fs::path& folder);
  ~StageCache();
  StageCache(const StageCache&) = delete;
  StageCache& operator=(const StageCache&) = delete;

  /// stage.json of a complete entry, or nothing. Checks each file's size and hash; an entry that does
  /// not pass is removed, and *problem says why. The entry stays locked against removal, and counts
  /// as used now, until this object ends.
  std::optional<Json> find(const std::string& key, std::string* problem);
  /// Removes an entry although this object holds it, unless another command uses it too.
  void discard(const std::string& key);
  fs::path folder_of(const std::string& key) const { return folder_ / "stages" / key; }

  /// A new empty folder for a stage in work.
  fs::path new_folder(const std::string& key);
  /// Publishes `folder`: `document` (key, family, stage, seeds, components, rows, seconds) is
  /// completed with format, version, time and the files' sizes and hashes. First wins.
  void publish(const fs::path& folder, const std::string& key, Json document);

  /// Removes least recently used entries, none that is in use, until at most `limit` bytes are left.
  /// Returns the number removed.
  std::size_t evict(std::uint64_t limit);

  std::vector<StageEntry> list() const;
  /// False when the entry is in use; throws Error when there is none.
  bool remove(const std::string& key);

 private:
  bool hold(const std::string& key);
  void release(const std::string& key);

  fs::path folder_;
  std::string session_;             ///< name of this command's folder below tmp
  std::optional<FileLock> lock_;    ///< tells that this session lives
  std::map<std::string, int> held_; ///< key -> descriptor with a shared lock on stage.json
  unsigned counter_ = 0;
};

/// ASSAY_CACHE_LIMIT ("20G", "500M", bytes), else 20 GiB. Throws Error for other texts.
std::uint64_t cache_limit();

/// "1.5 GB".
std::string bytes_text(std::uint64_t bytes);

}  // namespace assay
