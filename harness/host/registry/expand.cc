#include "host/registry/expand.h"

#include "host/install/installation.h"
#include "host/registry/plugin_cache.h"
#include "host/registry/worker_call.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <optional>

namespace assay {

namespace {

// Size and time of the data files that an expansion names: it holds the hashes of their content.
Json data_stamps(const Json& expansion) {
  Json stamps = Json::array();
  for (const std::string file : expansion.value("data_files", Json::array())) {
    std::error_code missing;
    if (!fs::exists(file, missing)) {
      stamps.push_back({file, nullptr});
      continue;
    }
    const FileStamp stamp = file_stamp(file);
    stamps.push_back({file, stamp.size, stamp.modified_ns, stamp.changed_ns});
  }
  return stamps;
}

// One that names hashes of data but not their files could not be noticed to be out of date.
bool can_be_cached(const Json& expansion) {
  return expansion.value("data", Json::array()).empty() || expansion.contains("data_files");
}

std::optional<Json> read_cached(const fs::path& file) {
  try {
    if (!fs::exists(file)) return std::nullopt;
    const Json document = Json::parse(read_file(file));
    const Json& expansion = document.at("expansion");
    if (!can_be_cached(expansion)) return std::nullopt;  // of an earlier version
    if (document.at("stamps") != data_stamps(expansion)) return std::nullopt;
    return expansion;
  } catch (const std::exception&) {
    return std::nullopt;  // damaged: asked again and written anew
  }
}

void write_cached(const fs::path& file, const Json& expansion) {
  try {
    fs::create_directories(file.parent_path());
    write_file(file, Json{{"expansion", expansion}, {"stamps", data_stamps(expansion)}}.dump());
  } catch (const std::exception&) {
    // A cache that cannot be written costs a worker call next time.
  }
}

}  // namespace

std::vector<Expansion> expand(const std::vector<ExpansionRequest>& requests) {
  std::vector<Expansion> answers(requests.size());
  std::vector<fs::path> files(requests.size());
  std::vector<std::size_t> unknown;
  Json questions = Json::array();
  const std::string fingerprint = worker_fingerprint();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Json question = {{"family", requests[i].family}, {"settings", requests[i].settings}};
    files[i] = cache_folder() / "expand" / (hash_bytes(fingerprint + question.dump()) + ".json");
    if (const auto cached = read_cached(files[i])) {
      answers[i].value = *cached;
    } else {
      unknown.push_back(i);
      questions.push_back(question);
    }
  }
  if (unknown.empty()) return answers;

  const Json given = ask_worker({"--expand"}, {.input = questions.dump(),
                                               .timeout = std::chrono::seconds(120)});
  if (!given.is_array() || given.size() != unknown.size()) {
    throw Error("assay-worker --expand answered something else than was asked");
  }
  for (std::size_t j = 0; j < unknown.size(); ++j) {
    Expansion& answer = answers[unknown[j]];
    if (given[j].contains("expansion")) {
      answer.value = given[j]["expansion"];
      if (can_be_cached(answer.value)) write_cached(files[unknown[j]], answer.value);
    } else {
      answer.error = given[j].at("error").get<std::string>();
    }
  }
  return answers;
}

}  // namespace assay
