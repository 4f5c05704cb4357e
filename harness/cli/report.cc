// `assay report RUN...`: reports from results alone.
#include "cli/commands.h"

#include "reports/report.h"
#include "reports/writers/formats.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

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

std::vector<std::string> known_formats() {
  std::vector<std::string> ids;
  for (const reports::Format& format : reports::formats()) ids.emplace_back(format.id);
  return ids;
}

void print(const std::vector<fs::path>& files) {
  for (const fs::path& file : files) std::printf("%s\n", file.c_str());
}

// What --format says, else what the file's ending does, else HTML.
std::string format_for(const Options& options) {
  if (options.formats.size() > 1) {
    throw Error(
        "--out " + options.out + " takes one format; several go into a folder: --out FOLDER/",
        ExitStatus::wrong_use);
  }
  if (!options.formats.empty()) return options.formats.front();
  if (fs::path(options.out).extension().empty()) return "html";
  if (const reports::Format* format = reports::format_of_file(options.out)) return format->id;
  throw Error("--out " + options.out +
                  ": no format has files that end so; name one with --format (" +
                  join(known_formats(), ", ") + ")",
              ExitStatus::wrong_use);
}

// One report of all runs: into the folder `--out`, or into that file.
int write_together(const Options& options, const reports::ReportOptions& wanted) {
  const std::vector<fs::path> runs(options.runs.begin(), options.runs.end());
  if (options.out.ends_with("/") || fs::is_directory(options.out)) {
    print(reports::write_merged_reports(runs, options.out, wanted));
    return 0;
  }
  const std::string text = reports::report_text(runs, format_for(options), options.baseline);
  if (options.out == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    write_file(options.out, text);
    print({options.out});
  }
  return 0;
}

int write(const Options& options) {
  reports::ReportOptions wanted;
  if (!options.formats.empty()) wanted.formats = options.formats;
  wanted.baseline = options.baseline;
  if (!options.out.empty()) return write_together(options, wanted);
  for (const std::string& run : options.runs) print(reports::write_reports(run, wanted));
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
                   join(known_formats(), ", ") + ", separated by commas (html,md)")
      ->delimiter(',');
  command->add_option("--baseline", options->baseline,
                      "The row to compare with, instead of the suite's");
  command->add_option("--out", options->out,
                      "One report of all the runs, to this file or folder; - for standard output. "
                      "Without it each run's report goes into its folder");
  command->callback([options, &action] { action = [options] { return write(*options); }; });
}

}  // namespace assay::cli
