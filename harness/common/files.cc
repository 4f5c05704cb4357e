#include <assay/common/files.h>

#include <assay/common/error.h>
#include <assay/common/failpoint.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace assay {

namespace {

[[noreturn]] void fail(const char* verb, const fs::path& path, int code) {
  throw Error(std::string("cannot ") + verb + " " + path.string() + ": " + std::strerror(code));
}

// A descriptor that is closed on every way out.
struct Descriptor {
  int value = -1;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

Descriptor open_to_write(const fs::path& path) {
  const int value = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (value < 0) fail("create", path, errno);
  return {value};
}

void write_all(int descriptor, std::string_view content, const fs::path& path) {
  failpoint("before write");
  if (disk_full_failpoint()) fail("write", path, ENOSPC);
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  failpoint("after write");
}

void sync(int descriptor, const fs::path& path) {
  failpoint("before sync");
  if (::fsync(descriptor) != 0) fail("sync", path, errno);
  failpoint("after sync");
}

void sync_path(const fs::path& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0) fail("open", path, errno);
  sync(file.value, path);
}

void write_and_sync(const fs::path& path, std::string_view content) {
  Descriptor file = open_to_write(path);
  write_all(file.value, content, path);
  sync(file.value, path);
  // Some file systems report a full disk only when the file is closed.
  const int closed = ::close(file.value);
  file.value = -1;
  if (closed != 0) fail("close", path, errno);
}

void sync_tree(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_symlink()) continue;
    sync_path(entry.path());
  }
  sync_folder(folder);
}

fs::path parent_of(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

}  // namespace

std::string read_file(const fs::path& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0) fail("read", path, errno);
  std::string content;
  struct stat status {};
  if (::fstat(file.value, &status) == 0 && status.st_size > 0) {
    content.reserve(static_cast<std::size_t>(status.st_size));
  }
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = ::read(file.value, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

void write_file(const fs::path& path, std::string_view content) {
  static std::atomic<unsigned> counter{0};
  fs::path beside = path;
  beside += ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(++counter);
  try {
    write_and_sync(beside, content);
    failpoint("before rename");
    if (::rename(beside.c_str(), path.c_str()) != 0) fail("write", path, errno);
    failpoint("after rename");
  } catch (const Error&) {
    remove_quietly(beside);
    throw;
  }
  sync_folder(parent_of(path));
}

void write_unpublished(const fs::path& path, std::string_view content) {
  try {
    write_and_sync(path, content);
  } catch (const Error&) {
    remove_quietly(path);
    throw;
  }
}

bool publish_folder(const fs::path& from, const fs::path& to) {
  sync_tree(from);
  failpoint("before rename");
  // Never over a folder that is there, not even an empty one. File systems that do not know the flag
  // get a plain rename, which refuses folders that are not empty.
  int failed = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  if (failed != 0 && (errno == EINVAL || errno == ENOSYS)) {
    failed = ::rename(from.c_str(), to.c_str());
  }
  if (failed != 0) {
    const int code = errno;
    if (code != EEXIST && code != ENOTEMPTY) fail("publish", to, code);
    remove_quietly(from);
    return false;
  }
  failpoint("after rename");
  sync_folder(parent_of(to));
  return true;
}

void replace_folder(const fs::path& from, const fs::path& to) {
  if (!fs::exists(fs::symlink_status(to))) {
    if (publish_folder(from, to)) return;
    throw Error("cannot publish " + to.string() + ": somebody else made it in this moment");
  }
  sync_tree(from);
  failpoint("before rename");
  int failed = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE);
  if (failed != 0 && (errno == EINVAL || errno == ENOSYS)) {
    // Between these two steps there is neither: a process killed here loses results that were to
    // be replaced anyway.
    fs::path old = from;
    old += ".old";
    failed = ::rename(to.c_str(), old.c_str());
    if (failed == 0) failed = ::rename(from.c_str(), to.c_str());
    if (failed == 0) remove_quietly(old);
  }
  if (failed != 0) fail("replace", to, errno);
  failpoint("after rename");
  sync_folder(parent_of(to));
  remove_quietly(from);
}

void make_folders(const fs::path& path) {
  if (path.empty() || fs::is_directory(path)) return;
  make_folders(path.parent_path());
  if (::mkdir(path.c_str(), 0755) != 0 && !(errno == EEXIST && fs::is_directory(path))) {
    fail("create the folder", path, errno);
  }
  sync_folder(parent_of(path));
}

void sync_folder(const fs::path& path) {
  Descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.value < 0) fail("open", path, errno);
  sync(folder.value, path);
}

FileLock::FileLock(const fs::path& path, std::string_view what) {
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail("open the lock", path, errno);
  int code = 0;
  int holder = 0;
  for (int attempt = 0; attempt < 5; ++attempt) {
    code = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (code != EWOULDBLOCK) break;
    holder = lock_holder(path);
    if (holder != 0) break;
    ::usleep(10'000);  // somebody was only looking, see lock_holder
  }
  if (code != 0) {
    ::close(descriptor_);
    if (code != EWOULDBLOCK) fail("lock", path, code);
    throw Error(std::string(what) + " is in use by " +
                (holder > 0 ? "process " + std::to_string(holder) : std::string("another process")) +
                ": wait until it has ended, or stop it (lock " + path.string() + ")");
  }
  // Only for messages: the lock itself is the kernel's, and ends with the process.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, pid.data(), pid.size(), 0) < 0) {
    // A full disk: the lock holds all the same, only its holder stays nameless.
  }
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int lock_holder(const fs::path& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0) return 0;
  // A shared lock is refused only while somebody holds the exclusive one.
  if (::flock(file.value, LOCK_SH | LOCK_NB) == 0) return 0;
  char buffer[32] = {};
  const ssize_t got = ::pread(file.value, buffer, sizeof buffer - 1, 0);
  const int pid = got > 0 ? std::atoi(buffer) : 0;
  return pid > 0 ? pid : -1;
}

}  // namespace assay
