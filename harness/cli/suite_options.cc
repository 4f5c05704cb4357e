#include "cli/suite_options.h"

#include "host/registry/worker_call.h"
#include "host/suite/filter.h"
#include "host/suite/read.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>
#include <map>

namespace assay::cli {

void add_suite_options(CLI::App& command, SuiteOptions& options) {
  command.add_option("suite", options.files, "Suite files")->required()->type_name("FILE");
  command.add_option("--seeds", options.seeds, "Use the seeds 0 to N-1")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command.add_option("--only", options.only, "Only benchmarks whose id matches")->type_name("GLOB");
  // One value each, or the option would swallow the files behind it.
  command.add_option("--methods", options.methods, "Only these methods, comma-separated (globs)")
      ->delimiter(',')
      ->type_name("A,B")
      ->allow_extra_args(false);
  command
      .add_option("--set", options.overrides, "Set KEY=VALUE in the suite first (docs/suites.md)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--plugin-dir", options.plugin_folders, "A further folder of plugins")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command.add_option("--device", options.device, "Where to compute: cpu (default), cuda, cuda:N")
      ->type_name("NAME");
}

namespace {

std::string full_name(const std::string& device) {
  return device == "cuda" ? "cuda:0" : device;
}

}  // namespace

void check_device(const std::string& device) {
  if (device == "cpu") return;
  const auto known = ask_worker({"--devices"}).get<std::vector<std::string>>();
  const std::string full = full_name(device);
  if (std::find(known.begin(), known.end(), full) != known.end()) return;
  if (full.rfind("cuda:", 0) == 0 && known.size() == 1) {
    throw Error("--device " + device +
                    ": no CUDA device was found. It needs an NVIDIA GPU with its driver, and "
                    "Assay built on a CUDA build of LibTorch (`assay doctor` shows which one it "
                    "has). Leave the "
                    "option out to compute on the CPU",
                ExitStatus::wrong_use);
  }
  throw Error("--device " + device + ": there is no such device" + did_you_mean(device, known) +
                  "; there are " + join(known, ", "),
              ExitStatus::wrong_use);
}

namespace {

SuiteToRun read_suite(const std::string& file, const SuiteOptions& options,
                      const Catalogue& catalogue) {
  Suite suite = load_suite(file, catalogue, options.overrides);
  std::vector<std::string> overrides = options.overrides;
  if (options.seeds > 0) {
    keep_seeds(suite, options.seeds);
    overrides.push_back("seeds=" + std::to_string(options.seeds));
  }
  SuiteToRun ready = prepare_suite(to_json(suite), catalogue);
  ready.file = file;
  ready.text = suite.text;
  ready.overrides = overrides;
  ready.build["device"] = full_name(options.device);  // part of every key
  if (!options.only.empty() || !options.methods.empty()) {
    ready.selection = select(suite, options.only, options.methods);
  }
  return ready;
}

std::string folder_of(const SuiteToRun& suite) {
  return path_name(suite.suite.at("name").get<std::string>());
}

}  // namespace

std::vector<SuiteToRun> read_suites(const SuiteOptions& options, const Catalogue& catalogue) {
  std::vector<SuiteToRun> suites;
  std::map<std::string, std::string> file_of;
  for (const std::string& file : options.files) {
    suites.push_back(read_suite(file, options, catalogue));
    const std::string folder = folder_of(suites.back());
    const auto [other, is_new] = file_of.emplace(folder, file);
    if (is_new) continue;
    throw Error("the suites " + other->second + " and " + file + " are both named " +
                    quote(suites.back().suite.at("name").get<std::string>()) +
                    ", and their runs would be one folder: rename one, or run them one by one, "
                    "each with its own --out",
                ExitStatus::wrong_use);
  }
  return suites;
}

std::filesystem::path run_folder(const std::string& out, const SuiteToRun& suite, bool several) {
  const std::string name = folder_of(suite);
  if (out.empty()) return std::filesystem::path("runs") / name;
  return several ? std::filesystem::path(out) / name : std::filesystem::path(out);
}

}  // namespace assay::cli
