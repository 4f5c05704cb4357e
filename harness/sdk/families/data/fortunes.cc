#include "sdk/families/data/fortunes.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <sstream>

namespace assay::fortunes_data {
namespace {

namespace fs = std::filesystem;

// "literature" is of fortunes-min, the others are of fortunes.
constexpr std::array<const char*, 5> files = {"computers", "definitions", "literature", "science",
                                              "wisdom"};

fs::path data_file(const char* name) {
  const fs::path path = folder() / name;
  if (!fs::exists(path)) {
    throw Error(
        "the fortunes are not installed: there is no " + path.string() +
        ". Install them with `apt install fortunes`, or let ASSAY_DATA name the folder that "
        "contains fortunes/" +
        name);
  }
  return path;
}

bool is_plain(char byte) {
  return (byte >= ' ' && byte <= '~') || byte == '\t' || byte == '\n';
}

}  // namespace

fs::path folder() {
  const char* data = std::getenv("ASSAY_DATA");
  return data != nullptr && *data != '\0' ? fs::path(data) / "fortunes"
                                          : fs::path("/usr/share/games/fortunes");
}

std::vector<std::string> texts_of(const std::string& file) {
  std::vector<std::string> texts;
  std::string text;
  const auto end_text = [&] {
    if (!text.empty()) text.pop_back();  // its last newline
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) texts.push_back(text);
    text.clear();
  };
  std::istringstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line == "%") {
      end_text();
    } else {
      text += line + '\n';
    }
  }
  end_text();
  return texts;
}

const std::vector<std::string>& texts() {
  static std::mutex mutex;
  static std::map<std::string, std::vector<std::string>> cache;  // by folder
  const std::lock_guard lock(mutex);
  std::vector<std::string>& all = cache[folder().string()];
  if (!all.empty()) return all;
  std::set<std::string> seen;
  std::vector<std::string> found;
  for (const char* name : files) {
    const fs::path path = data_file(name);
    const std::vector<std::string> of_file = texts_of(read_file(path));
    if (of_file.empty()) {
      throw Error("the data file " + path.string() +
                  " has no text between lines of a single \"%\": it is not one of fortune's");
    }
    for (const std::string& text : of_file) {
      if (seen.insert(text).second) found.push_back(text);
    }
  }
  return all = std::move(found);
}

std::vector<std::string> data_versions() {
  std::vector<std::string> versions;
  for (const char* name : files) versions.push_back(hash_file(data_file(name)));
  return versions;
}

std::vector<std::string> data_files() {
  std::vector<std::string> paths;
  for (const char* name : files) paths.push_back(data_file(name).string());
  return paths;
}

}  // namespace assay::fortunes_data
