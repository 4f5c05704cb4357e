// plugins.json: what is known of plugin files, so that they need not be asked again.
#pragma once

#include <assay/common/parameters_json.h>

#include <filesystem>
#include <map>
#include <string>

namespace assay {

/// What tells that a file is the one that was asked, without reading it.
struct FileStamp {
  std::uint64_t size = 0, inode = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

/// Throws Error naming the file.
FileStamp file_stamp(const std::filesystem::path& file);

struct KnownPlugin {
  FileStamp stamp;
  std::string hash;          ///< of the content
  std::string fingerprint;   ///< of the worker that was asked
  Json description;          ///< PLUGIN; null when broken
  std::string broken;        ///< why, or ""
  bool passing = false;      ///< it may have been broken for a reason of that moment; not stored
};

class PluginCache {
 public:
  /// Reads plugins.json of the cache folder. One that is missing or damaged is empty. `fingerprint`:
  /// of this command's worker; what others said is kept for them.
  explicit PluginCache(std::string fingerprint);

  /// The entry of a canonical path whose file has not changed since this worker was asked; null: to
  /// be asked.
  const KnownPlugin* find(const std::filesystem::path& file);
  void put(const std::filesystem::path& file, KnownPlugin plugin);
  void forget(const std::filesystem::path& file);
  /// Writes it back when it has changed; a cache folder that cannot be written costs time, no more.
  void save();

 private:
  std::filesystem::path path_;
  std::string fingerprint_;
  std::map<std::string, KnownPlugin> known_;
  bool changed_ = false;
};

}  // namespace assay
