// assay new-plugin: a folder that builds, passes its own conformance test and runs.
#include "cli/commands.h"
#include "host/install/installation.h"
#include "host/registry/catalogue.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>
#include <memory>

namespace assay::cli {

namespace {

struct Options {
  std::string name, family;
  std::string out;
};

Error wrong_use(const std::string& message) { return Error(message, ExitStatus::wrong_use); }

// The name becomes a method id, a file, a CMake target and a class, hence narrower than an id.
void check_name(const std::string& name) {
  const auto allowed = [](unsigned char c) {
    return (std::islower(c) != 0) || (std::isdigit(c) != 0) || c == '-' || c == '_';
  };
  const bool good = is_id(name) && name[0] >= 'a' && name[0] <= 'z' &&
                    std::all_of(name.begin(), name.end(), allowed);
  if (good) return;
  throw wrong_use("'" + name + "' cannot be the name of a plugin: use a-z, 0-9, '-' and '_', a letter "
                  "first, at most 64 characters");
}

// Families that have a template.
fs::path template_folder(const std::string& family) {
  const fs::path root = find_installation().templates;
  std::vector<std::string> known;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(root, missing)) {
    if (entry.is_directory()) known.push_back(entry.path().filename());
  }
  std::sort(known.begin(), known.end());
  if (known.empty()) throw Error(root.string() + " has no templates: install Assay again");
  if (std::find(known.begin(), known.end(), family) != known.end()) return root / family;
  throw wrong_use("there is no template for plugins of the family '" + family + "'" +
                  did_you_mean(family, known) + "; families with one: " + join(known, ", "));
}

// Two plugins with one method are an error of every later command.
void check_unused(const std::string& name) {
  Catalogue catalogue;
  try {
    catalogue = load_catalogue(plugin_folders({}));
  } catch (const Error&) {
    return;  // an installation that needs `assay doctor` can still write a folder
  }
  const auto present = catalogue.methods.find(name);
  if (present == catalogue.methods.end()) return;
  throw wrong_use("there is a method '" + name + "' already, in " +
                  present->second.at("file").get<std::string>() + ": choose another name");
}

// my-method, my_method -> MyMethod
std::string class_name(const std::string& name) {
  std::string result;
  bool capital = true;
  for (const char c : name) {
    if (c == '-' || c == '_') {
      capital = true;
    } else {
      result += capital ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      capital = false;
    }
  }
  return result;
}

std::string filled(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [key, value] : values) {
    const std::string mark = "@" + key + "@";
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size()) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
  return text.find_first_of(" '\"\\$&;()") == std::string::npos ? text : "'" + text + "'";
}

int new_plugin(const Options& options) {
  check_name(options.name);
  const fs::path source = template_folder(options.family);
  check_unused(options.name);
  const fs::path folder = options.out.empty() ? fs::path(options.name) : fs::path(options.out);
  if (fs::exists(fs::symlink_status(folder))) {
    throw wrong_use(folder.string() + " exists already: remove it, or choose another folder with --out");
  }
  const std::map<std::string, std::string> values = {
      {"NAME", options.name},
      {"CLASS", class_name(options.name)},
      {"FAMILY", options.family},
      {"PREFIX", shell_word(find_installation().prefix.string())}};
  fs::create_directories(folder);
  for (const auto& entry : fs::directory_iterator(source)) {
    // Named so that the files do nothing where they lie.
    std::string name = entry.path().filename();
    if (name == "gitignore") name = ".gitignore";
    if (name == "plugin.cc.in") name = options.name + ".cc";
    if (name == "CMakeLists.txt.in") name = "CMakeLists.txt";
    write_file(folder / name, filled(read_file(entry.path()), values));
  }
  std::printf("Wrote %s. Next:\n"
              "  cd %s\n"
              "  cmake -B build -DCMAKE_PREFIX_PATH=%s\n"
              "  cmake --build build\n"
              "  ctest --test-dir build --output-on-failure\n"
              "  assay run suite.toml --plugin-dir build\n",
              folder.c_str(), shell_word(folder.string()).c_str(), values.at("PREFIX").c_str());
  return 0;
}

}  // namespace

void add_new_plugin(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("new-plugin", "Write a folder with a new method, ready to build");
  command->add_option("name", options->name, "The method's id, e.g. my-method")->required();
  command->add_option("--family", options->family, "The family it belongs to")->required();
  command->add_option("--out", options->out, "The folder to write (default: ./NAME)")->type_name("DIR");
  command->callback([options, &action] { action = [options] { return new_plugin(*options); }; });
}

}  // namespace assay::cli
