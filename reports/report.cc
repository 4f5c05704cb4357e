#include "reports/report.h"

#include "reports/analysis/merge.h"
#include "reports/writers/formats.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

namespace assay::reports {

namespace {

const Format& format_of(const std::string& id) {
  if (const Format* format = find_format(id)) return *format;
  std::vector<std::string> known;
  for (const Format& format : formats()) known.push_back(format.id);
  const std::string near = did_you_mean(id, known);
  throw Error("there is no report format " + quote(id) +
                  (near.empty() ? "; there are " + join(known, ", ") : near),
              ExitStatus::wrong_use);
}

Report read_report(const std::vector<std::filesystem::path>& folders, const std::string& baseline) {
  const std::vector<std::string> labels = run_labels(folders);
  std::vector<RunResults> runs;
  for (const std::filesystem::path& folder : folders) {
    runs.push_back(arrange_results(load_run(folder)));
  }
  RunResults results = merge_results(std::move(runs), labels);
  settle_baselines(results, baseline);
  return make_report(std::move(results));
}

}  // namespace

std::vector<std::filesystem::path> write_merged_reports(
    const std::vector<std::filesystem::path>& runs, const std::filesystem::path& out,
    const ReportOptions& options) {
  for (const std::string& id : options.formats) format_of(id);  // before anything is read
  const Report report = read_report(runs, options.baseline);
  make_folders(out);
  std::vector<std::filesystem::path> files;
  for (const std::string& id : options.formats) {
    const Format& format = format_of(id);
    files.push_back(out / (std::string("report.") + format.extension));
    write_file(files.back(), format.write(report));
  }
  return files;
}

std::vector<std::filesystem::path> write_reports(const std::filesystem::path& folder,
                                                 const ReportOptions& options) {
  return write_merged_reports({folder}, folder, options);
}

std::string report_text(const std::vector<std::filesystem::path>& runs, const std::string& format,
                        const std::string& baseline) {
  const Format& writer = format_of(format);
  return writer.write(read_report(runs, baseline));
}

std::string report_text(const std::filesystem::path& folder, const std::string& format,
                        const std::string& baseline) {
  return report_text(std::vector<std::filesystem::path>{folder}, format, baseline);
}

}  // namespace assay::reports
