#include "host/registry/plugin_cache.h"

#include "host/install/installation.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <utility>

namespace assay {

namespace {

constexpr int cache_version = 1;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Json to_json(const KnownPlugin& plugin) {
  return {{"size", plugin.stamp.size},
          {"inode", plugin.stamp.inode},
          {"modified_ns", plugin.stamp.modified_ns},
          {"changed_ns", plugin.stamp.changed_ns},
          {"hash", plugin.hash},
          {"fingerprint", plugin.fingerprint},
          {"description", plugin.description},
          {"broken", plugin.broken}};
}

KnownPlugin from_json(const Json& json) {
  KnownPlugin plugin;
  plugin.stamp = {json.at("size"), json.at("inode"), json.at("modified_ns"), json.at("changed_ns")};
  plugin.hash = json.at("hash");
  plugin.fingerprint = json.at("fingerprint");
  plugin.description = json.at("description");
  plugin.broken = json.at("broken");
  return plugin;
}

}  // namespace

FileStamp file_stamp(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    throw Error(file.string() + ": " + std::strerror(errno));
  }
  return {static_cast<std::uint64_t>(status.st_size), status.st_ino, nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

PluginCache::PluginCache(std::string fingerprint)
    : path_(cache_folder() / "plugins.json"), fingerprint_(std::move(fingerprint)) {
  try {
    const Json document = Json::parse(read_file(path_));
    if (document.at("format") != "assay-plugins" || document.at("version") != cache_version) return;
    for (const auto& [file, entry] : document.at("plugins").items()) known_[file] = from_json(entry);
  } catch (const std::exception&) {
    known_.clear();  // made anew
  }
}

const KnownPlugin* PluginCache::find(const fs::path& file) {
  const auto found = known_.find(file.string());
  if (found == known_.end() || found->second.fingerprint != fingerprint_) return nullptr;
  const FileStamp stamp = file_stamp(file);
  if (found->second.stamp != stamp) {
    // Touched or copied over, perhaps with the same content.
    if (hash_file(file) != found->second.hash) return nullptr;
    found->second.stamp = stamp;
    changed_ = true;
  }
  return &found->second;
}

void PluginCache::put(const fs::path& file, KnownPlugin plugin) {
  plugin.fingerprint = fingerprint_;
  known_[file.string()] = std::move(plugin);
  changed_ = true;
}

void PluginCache::forget(const fs::path& file) {
  if (known_.erase(file.string()) > 0) changed_ = true;
}

void PluginCache::save() {
  if (!changed_) return;
  Json plugins = Json::object();
  for (const auto& [file, plugin] : known_) {
    std::error_code ignored;
    if (fs::exists(file, ignored)) plugins[file] = to_json(plugin);
  }
  const Json document = {{"format", "assay-plugins"},
                         {"version", cache_version},
                         {"plugins", plugins}};
  try {
    fs::create_directories(path_.parent_path());
    write_file(path_, document.dump(1));
    changed_ = false;
  } catch (const std::exception&) {
    // Read-only or full: the next command asks the plugins again.
  }
}

}  // namespace assay
