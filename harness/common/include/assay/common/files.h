// Files that are never seen half-written: written beside their place, synced, renamed; the folder
// is synced too. Every step passes a failpoint (see failpoint.h), so that a test can kill the
// process before and after each.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace assay {

namespace fs = std::filesystem;

/// Whole content. Throws Error naming the file and the cause.
std::string read_file(const fs::path& path);

/// Writes `content` to `path` by way of a temporary file beside it, fsync, rename, fsync of the
/// folder. Throws Error with the cause (a full disk: "No space left on device") and leaves nothing
/// behind.
void write_file(const fs::path& path, std::string_view content);

/// Writes a file inside a folder that is not yet published: write and fsync, no rename.
void write_unpublished(const fs::path& path, std::string_view content);

/// Syncs the folder `from` and everything in it, then publishes it by one rename to `to`, then syncs
/// the parent. Returns false (and removes `from`) when `to` exists already: first wins.
bool publish_folder(const fs::path& from, const fs::path& to);

/// The same, but a folder that lies at `to` is replaced (the two change places in one step where the
/// file system can; `from` is removed afterwards).
void replace_folder(const fs::path& from, const fs::path& to);

/// Creates `path` and the folders above it that are missing, and syncs each one's parent.
void make_folders(const fs::path& path);

/// fsync of a folder.
void sync_folder(const fs::path& path);

/// An advisory lock on a file (flock), released when this object or the process ends.
class FileLock {
 public:
  /// Throws Error "<what> is in use by process <pid> ..." when the lock is taken.
  FileLock(const fs::path& path, std::string_view what);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

/// The pid of the process that holds the FileLock on `path`, 0 when nobody does, -1 when somebody
/// does who has not written it yet.
int lock_holder(const fs::path& path);

}  // namespace assay
