// `assay report RUN...`: reports from results alone.
#include "cli/commands.h"

#include "reports/report.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace assay::cli {

namespace {

struct Options {
  std::vector<std::string> runs;
  std::vector<std::string> formats;
  std::string baseline;
  std::string out;
};

// `--out FILE` takes one run and one format, which its ending names when --format does not.
int write_one(const Options& options) {
  if (options.runs.size() != 1 || options.formats.size() > 1) {
    throw Error(
        "--out takes one run and one format; without it each report goes into its run's folder",
        ExitStatus::wrong_use);
  }
  const std::string ending = fs::path(options.out).extension().string();
  std::string format = options.formats.empty() ? "" : options.formats.front();
  if (format.empty()) format = ending.empty() ? "html" : ending.substr(1);
  const std::string text = reports::report_text(options.runs.front(), format, options.baseline);
  if (options.out == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    write_file(options.out, text);
    std::printf("%s\n", options.out.c_str());
  }
  return 0;
}

int write_all(const Options& options) {
  reports::ReportOptions wanted;
  if (!options.formats.empty()) wanted.formats = options.formats;
  wanted.baseline = options.baseline;
  for (const std::string& run : options.runs) {
    for (const fs::path& file : reports::write_reports(run, wanted)) {
      std::printf("%s\n", file.c_str());
    }
  }
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("report", "Write the reports of runs, from their results alone");
  const auto options = std::make_shared<Options>();
  command->add_option("run", options->runs, "Folders of runs")->required();
  command
      ->add_option("--format", options->formats,
                   "html, md, json, csv, separated by commas (html,md)")
      ->delimiter(',');
  command->add_option("--baseline", options->baseline,
                      "The row to compare with, instead of the suite's");
  command->add_option("--out", options->out,
                      "Write one report to this file; - for standard output");
  command->callback([options, &action] {
    action = [options] { return options->out.empty() ? write_all(*options) : write_one(*options); };
  });
}

}  // namespace assay::cli
