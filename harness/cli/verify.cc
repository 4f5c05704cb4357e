// assay verify: finished cells computed again, alone and as they were.
#include "cli/commands.h"
#include "host/executor/verify_run.h"
#include "host/install/installation.h"
#include "host/registry/catalogue.h"

#include <assay/common/error.h>

#include <cstdio>
#include <memory>

namespace assay::cli {

namespace {

struct Options {
  std::string run;
  std::size_t sample = 3;
  double tolerance = VerifyOptions{}.tolerance;
  std::vector<std::filesystem::path> plugin_folders;
  std::size_t workers = 0;
  bool json = false, quiet = false;
};

int verify(const Options& options) {
  const RunData run = load_run(options.run);
  const Catalogue catalogue = load_catalogue(plugin_folders(options.plugin_folders));
  for (const auto& [id, method] : run.run["methods"].items()) {
    if (catalogue.methods.count(id) == 0) {
      throw Error("the run's method '" + id + "' is not installed (it came from " +
                      method.value("file", "?") + "): name its folder with --plugin-dir",
                  ExitStatus::wrong_use);
    }
  }
  SuiteToRun suite = prepare_suite(run.run["suite"], catalogue);
  suite.build["device"] = run.run["provenance"]["build"].value("device", "cpu");
  const StopSignals stop;
  VerifyOptions verify;
  verify.sample = options.sample;
  verify.tolerance = options.tolerance;
  verify.worker = find_installation().worker;
  verify.cache = cache_folder();
  verify.workers = options.workers;
  verify.style = Progress::style(options.quiet);
  verify.stop = &stop;
  const VerifyResult result = verify_run(run, suite, verify);
  if (options.json) {
    const Json document = {{"run", options.run},
                           {"alone", result.alone},
                           {"repeated", result.repeated},
                           {"block", result.block},
                           {"tolerance", options.tolerance},
                           {"interrupted", result.interrupted},
                           {"differences", result.differences}};
    std::printf("%s\n", document.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  } else {
    std::printf("%zu cells computed again alone, compared within %g\n", result.alone, options.tolerance);
    if (!result.block.empty()) {
      std::printf("%zu cells of one block computed again as they were (%s), compared bit by bit\n",
                  result.repeated, result.block.c_str());
    }
    for (const std::string& difference : result.differences) std::printf("  %s\n", difference.c_str());
    std::printf("%s\n", result.interrupted           ? "interrupted"
                        : result.differences.empty() ? "no difference"
                                                     : "DIFFERENT");
  }
  if (result.interrupted) return static_cast<int>(ExitStatus::interrupted);
  return static_cast<int>(result.differences.empty() ? ExitStatus::done : ExitStatus::some_failed);
}

}  // namespace

void add_verify(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("verify", "Compute some finished cells again, alone and as they were, and compare");
  command->add_option("run", options->run, "The run's folder")->required()->type_name("RUN");
  command->add_option("--sample", options->sample, "Cells to run alone (default 3)")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
  command->add_option("--tolerance", options->tolerance, "Largest difference of a cell run alone")
      ->type_name("X")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--plugin-dir", options->plugin_folders, "A further folder of plugins")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command->add_option("--workers", options->workers, "Worker processes (default: one for each core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--json", options->json, "Print one JSON document");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([options, &action] { action = [options] { return verify(*options); }; });
}

}  // namespace assay::cli
