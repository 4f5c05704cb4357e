#include "host/cache/stage_cache.h"

#include "host/store/block.h"

#include <assay/common/error.h>
#include <assay/common/hash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace assay {

namespace {

std::uint64_t size_of(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::uintmax_t size = entry.file_size(ignored);
    if (!ignored) bytes += size;
  }
  return bytes;
}

// The first thing that is wrong with an entry, or "".
std::string problem_of(const Json& document, const fs::path& folder, const std::string& key) {
  if (!document.is_object() || document.value("format", Json()) != "assay-stage") {
    return "stage.json is damaged";
  }
  if (document.value("version", Json()) != stage_version) return "it has another version";
  if (document.value("key", Json()) != key) return "it belongs to another key";
  if (!document.contains("rows") || !document["rows"].is_array() || !document.contains("files") ||
      !document["files"].is_object()) {
    return "stage.json is incomplete";
  }
  for (const auto& [name, file] : document["files"].items()) {
    std::error_code failed;
    const std::uintmax_t bytes = fs::file_size(folder / name, failed);
    if (failed) return name + " is missing";
    if (file.value("bytes", Json()) != bytes) {
      return name + " has " + std::to_string(bytes) + " bytes instead of " +
             file.value("bytes", Json()).dump();
    }
    if (file.value("hash", Json()) != hash_file(folder / name)) return name + " has changed";
  }
  return "";
}

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

}  // namespace

StageCache::StageCache(const fs::path& folder) : folder_(folder) {
  make_folders(folder / "stages");
  make_folders(folder / "tmp");
  session_ = host_name() + "-" + std::to_string(::getpid());
  lock_.emplace(folder / "tmp" / (session_ + ".lock"), "the cache's folder of this process");
  remove_quietly(folder / "tmp" / session_);  // of a dead process that had this one's number
  // Only the lock tells whether a session lives: pids come again, and the folder may be shared.
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "tmp")) {
    if (!entry.is_directory()) continue;
    fs::path lock = entry.path();
    lock += ".lock";
    if (lock_holder(lock) != 0) continue;
    remove_quietly(entry.path());
    remove_quietly(lock);
  }
}

StageCache::~StageCache() {
  for (const auto& [key, descriptor] : held_) ::close(descriptor);
  remove_quietly(folder_ / "tmp" / session_);
  remove_quietly(folder_ / "tmp" / (session_ + ".lock"));
}

bool StageCache::hold(const std::string& key) {
  if (held_.count(key) > 0) return true;
  const fs::path file = folder_of(key) / "stage.json";
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct stat now {};
  struct stat held {};
  // Refused, or removed while we waited to lock it: either way it is on its way out.
  if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0 || ::stat(file.c_str(), &now) != 0 ||
      ::fstat(descriptor, &held) != 0 || now.st_ino != held.st_ino) {
    ::close(descriptor);
    return false;
  }
  held_[key] = descriptor;
  ::utimensat(AT_FDCWD, file.c_str(), nullptr, 0);
  return true;
}

void StageCache::release(const std::string& key) {
  const auto found = held_.find(key);
  if (found == held_.end()) return;
  ::close(found->second);
  held_.erase(found);
}

std::optional<Json> StageCache::find(const std::string& key, std::string* problem) {
  const fs::path folder = folder_of(key);
  if (!fs::exists(folder)) return std::nullopt;
  if (!hold(key) && fs::exists(folder / "stage.json")) return std::nullopt;
  std::string why;
  try {
    Json document = Json::parse(read_file(folder / "stage.json"), nullptr, false);
    why = problem_of(document, folder, key);
    if (why.empty()) return document;
  } catch (const Error& error) {
    why = error.what();
  }
  release(key);
  if (problem != nullptr) {
    *problem = "the cached stage " + folder.string() + " is not usable (" + why +
               "); it is removed and computed again";
  }
  const fs::path away = new_folder(key) / "damaged";
  std::error_code ignored;
  fs::rename(folder, away, ignored);
  remove_quietly(away.parent_path());
  return std::nullopt;
}

void StageCache::discard(const std::string& key) {
  release(key);
  if (fs::is_directory(folder_of(key))) remove(key);
}

fs::path StageCache::new_folder(const std::string& key) {
  const fs::path folder = folder_ / "tmp" / session_ / (key + "." + std::to_string(++counter_));
  make_folders(folder);
  return folder;
}

void StageCache::publish(const fs::path& folder, const std::string& key, Json document) {
  document["format"] = "assay-stage";
  document["version"] = stage_version;
  document["key"] = key;
  document["created"] = iso_time();
  document["files"] = Json::object();
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    document["files"][entry.path().filename()] = {{"bytes", entry.file_size()},
                                                  {"hash", hash_file(entry.path())}};
  }
  write_unpublished(folder / "stage.json",
                    document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  publish_folder(folder, folder_of(key));
  hold(key);
}

std::vector<StageEntry> StageCache::list() const {
  std::vector<StageEntry> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_ / "stages")) {
    if (!entry.is_directory()) continue;
    StageEntry stage{.key = entry.path().filename(), .document = nullptr};
    const fs::path file = entry.path() / "stage.json";
    std::error_code ignored;
    stage.used = fs::last_write_time(file, ignored);
    stage.bytes = size_of(entry.path());
    try {
      Json document = Json::parse(read_file(file), nullptr, false);
      if (document.is_object()) stage.document = std::move(document);
    } catch (const Error&) {
      // Removed by another command in this moment, or damaged: shown without a document.
    }
    entries.push_back(std::move(stage));
  }
  std::sort(entries.begin(), entries.end(),
            [](const StageEntry& a, const StageEntry& b) { return a.used > b.used; });
  return entries;
}

bool StageCache::remove(const std::string& key) {
  const fs::path folder = folder_of(key);
  if (!fs::is_directory(folder)) {
    throw Error("the cache has no stage " + key, ExitStatus::wrong_use);
  }
  if (held_.count(key) > 0) return false;
  const int descriptor = ::open((folder / "stage.json").c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0 && ::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    return false;
  }
  const fs::path away = new_folder(key) / "removed";
  std::error_code failed;
  fs::rename(folder, away, failed);
  if (descriptor >= 0) ::close(descriptor);
  if (failed) throw Error("cannot remove " + folder.string() + ": " + failed.message());
  remove_quietly(away.parent_path());
  return true;
}

std::size_t StageCache::evict(std::uint64_t limit) {
  std::vector<StageEntry> entries = list();
  std::uint64_t total = 0;
  for (const StageEntry& entry : entries) total += entry.bytes;
  std::size_t removed = 0;
  for (auto entry = entries.rbegin(); entry != entries.rend() && total > limit; ++entry) {
    try {
      if (!remove(entry->key)) continue;
      total -= entry->bytes;
      ++removed;
    } catch (const Error&) {
      // Another command was faster.
    }
  }
  return removed;
}

std::uint64_t cache_limit() {
  const char* text = std::getenv("ASSAY_CACHE_LIMIT");
  if (text == nullptr || *text == '\0') return std::uint64_t{20} << 30;
  char* end = nullptr;
  errno = 0;
  const double number = std::strtod(text, &end);
  std::string unit = end;
  for (const char* ending : {"iB", "B"}) {
    const std::size_t length = std::strlen(ending);
    if (unit.size() >= length && unit.compare(unit.size() - length, length, ending) == 0) {
      unit.resize(unit.size() - length);
      break;
    }
  }
  const std::string units = "KMGT";
  const std::size_t power = unit.empty() ? 0 : units.find(unit) + 1;
  const double bytes = power > 4 ? 0 : number * static_cast<double>(std::uint64_t{1} << 10 * power);
  // Written so that not a number and infinity do not pass.
  if (end == text || errno != 0 || !(bytes >= 0 && bytes < 0x1p64) || unit.size() > 1 ||
      (!unit.empty() && power == 0)) {
    throw Error("ASSAY_CACHE_LIMIT is '" + std::string(text) +
                    "': give a size such as 20G, 500M or a number of bytes",
                ExitStatus::wrong_use);
  }
  return static_cast<std::uint64_t>(bytes);
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr const char* units[] = {"B", "KB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(units)) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return text;
}

}  // namespace assay
