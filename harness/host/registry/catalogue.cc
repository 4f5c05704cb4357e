#include "host/registry/catalogue.h"

#include "host/install/installation.h"
#include "host/registry/plugin_cache.h"
#include "host/registry/worker_call.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>
#include <assay/common/text.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <sstream>

namespace assay {

namespace {

// The libraries of the folders, canonical, each once, in the order of the search.
std::vector<fs::path> find_libraries(const std::vector<fs::path>& folders) {
  std::vector<fs::path> found;
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    std::error_code failure;  // a folder that is not there holds no plugins
    std::vector<fs::path> here;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      std::error_code broken_link;
      const fs::path path = fs::canonical(entry->path(), broken_link);
      if (entry->path().extension() == ".so" && !broken_link && fs::is_regular_file(path)) {
        here.push_back(path);
      }
    }
    std::sort(here.begin(), here.end());
    for (const fs::path& path : here) {
      if (seen.insert(path).second) found.push_back(path);
    }
  }
  return found;
}

// The last lines that a dead process wrote, for the reason of a broken plugin; the worker's own
// backtrace (worker/crash_trace.h) says nothing to whoever lists methods.
std::string tail(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.rfind("assay-worker: died of signal", 0) == 0) break;
    if (!line.empty()) lines.push_back("  " + line);
  }
  if (lines.size() > 6) lines.erase(lines.begin(), lines.end() - 6);
  return lines.empty() ? "" : "; it wrote:\n" + join(lines, "\n");
}

KnownPlugin known(const Json& answer) {
  KnownPlugin plugin;
  if (answer.contains("error")) {
    plugin.broken = answer["error"].get<std::string>();
    // The file's name stands beside the reason already.
    const std::string prefix = answer["file"].get<std::string>() + ": ";
    if (plugin.broken.rfind(prefix, 0) == 0) plugin.broken.erase(0, prefix.size());
  } else {
    plugin.description = answer;
  }
  return plugin;
}

// One worker for all `files`: the answers it gave before it ended, by file.
std::map<std::string, KnownPlugin> describe(const std::vector<fs::path>& files, ProcessResult& result,
                                            const ProcessOptions& options) {
  std::vector<std::string> arguments = {"--describe-all"};
  for (const fs::path& file : files) arguments.push_back(file.string());
  result = call_worker(arguments, options);
  std::map<std::string, KnownPlugin> answers;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const Json answer = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (answer.is_object() && answer.contains("file")) {
      answers[answer["file"].get<std::string>()] = known(answer);
    }
  }
  return answers;
}

// All together first, as starting the worker is what costs; those without an answer then alone, so
// that a crash is blamed on the right one.
std::map<std::string, KnownPlugin> describe_all(const std::vector<fs::path>& files,
                                                const ProcessOptions& options) {
  if (files.empty()) return {};
  ProcessResult result;
  auto answers = describe(files, result, options);
  for (const fs::path& file : files) {
    if (answers.count(file.string()) != 0) continue;
    if (files.size() > 1) answers.merge(describe({file}, result, options));
    if (answers.count(file.string()) != 0) continue;
    KnownPlugin broken;
    broken.broken = "describing it ended the worker: " + result.how_it_ended(options) +
                    tail(result.err);
    // A busy machine, or somebody's kill: no fact about the file.
    broken.passing = result.timed_out || result.signal == SIGKILL;
    answers[file.string()] = broken;
  }
  return answers;
}

void add_methods(Catalogue& catalogue, const fs::path& file, const KnownPlugin& plugin,
                 std::vector<std::string>& duplicates) {
  for (Json method : plugin.description.at("methods")) {
    const auto id = method.at("id").get<std::string>();
    method["file"] = file.string();
    method["plugin"] = plugin.description.at("name");
    method["plugin_version"] = plugin.description.at("version");
    method["plugin_hash"] = plugin.hash;
    const auto [present, added] = catalogue.methods.emplace(id, method);
    if (!added) {
      duplicates.push_back("two plugins provide the method '" + id + "':\n  " +
                           present->second["file"].get<std::string>() + "\n  " + file.string());
    }
  }
}

void add_plugins(Catalogue& catalogue, const std::vector<fs::path>& folders,
                 const std::string& fingerprint, const CatalogueOptions& options) {
  PluginCache cache(fingerprint);
  const std::vector<fs::path> libraries = find_libraries(folders);
  std::vector<fs::path> unknown;
  for (const fs::path& file : libraries) {
    const KnownPlugin* plugin = cache.find(file);
    if (plugin == nullptr || (options.retry_broken && !plugin->broken.empty())) unknown.push_back(file);
  }
  // Stamp and hash are taken first: an answer counts only for a file that is the same afterwards.
  std::map<std::string, FileStamp> stamps;
  std::map<std::string, std::string> hashes;
  for (const fs::path& file : unknown) {
    stamps[file.string()] = file_stamp(file);
    hashes[file.string()] = hash_file(file);
  }
  std::map<std::string, std::string> passing;
  for (auto& [file, plugin] : describe_all(unknown, {.timeout = options.time_limit})) {
    if (plugin.passing) passing[file] = plugin.broken;
    if (plugin.passing || hash_file(file) != hashes.at(file)) {
      cache.forget(file);
      continue;
    }
    plugin.stamp = stamps.at(file);
    plugin.hash = hashes.at(file);
    cache.put(file, plugin);
  }
  cache.save();

  std::vector<std::string> duplicates;
  for (const fs::path& file : libraries) {
    const KnownPlugin* plugin = cache.find(file);
    if (const auto reason = passing.find(file.string()); reason != passing.end()) {
      catalogue.broken.push_back({file.string(), reason->second});
    } else if (plugin == nullptr) {
      catalogue.broken.push_back({file.string(), "it changed while it was read: run again"});
    } else if (!plugin->broken.empty()) {
      catalogue.broken.push_back({file.string(), plugin->broken});
    } else {
      add_methods(catalogue, file, *plugin, duplicates);
    }
  }
  if (duplicates.empty()) return;
  throw Error(join(duplicates, "\n") + "\nRemove one of the files, or give one method another id",
              ExitStatus::wrong_use);
}

void add_families(Catalogue& catalogue, const std::string& fingerprint) {
  const fs::path file = cache_folder() / ("families-" + fingerprint + ".json");
  Json answer;
  std::error_code ignored;
  if (fs::exists(file, ignored)) answer = Json::parse(read_file(file), nullptr, false);
  if (!answer.is_object() || !answer.contains("families")) {
    answer = ask_worker({"--families"}, {.timeout = std::chrono::seconds(60)});
    try {
      fs::create_directories(file.parent_path());
      write_file(file, answer.dump());
    } catch (const std::exception&) {
      // Without a cache the next command asks again.
    }
  }
  catalogue.build = answer.at("build");
  for (const Json& family : answer.at("families")) catalogue.families[family.at("id")] = family;
}

}  // namespace

Catalogue load_catalogue(const std::vector<fs::path>& folders, const CatalogueOptions& options) {
  Catalogue catalogue;
  const std::string fingerprint = worker_fingerprint();
  add_families(catalogue, fingerprint);
  add_plugins(catalogue, folders, fingerprint, options);
  return catalogue;
}

}  // namespace assay
