#include "reports/report.h"

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

// The texts of `wanted` formats. Sections read what families, methods and provenance say as they
// need it: a value of another type there is the file's mistake.
std::vector<std::string> write_texts(const std::filesystem::path& folder,
                                     const std::vector<std::string>& wanted,
                                     const std::string& baseline) {
  const RunData run = load_run(folder);
  try {
    const Report report = make_report(collect_results(run, baseline));
    std::vector<std::string> texts;
    for (const std::string& id : wanted) texts.push_back(format_of(id).write(report));
    return texts;
  } catch (const Json::exception& error) {
    throw Error((folder / "run.json").string() + " does not follow its format: " + error.what());
  }
}

}  // namespace

std::vector<std::filesystem::path> write_reports(const std::filesystem::path& folder,
                                                 const ReportOptions& options) {
  for (const std::string& id : options.formats) format_of(id);  // before anything is read
  const std::vector<std::string> texts = write_texts(folder, options.formats, options.baseline);
  std::vector<std::filesystem::path> files;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    files.push_back(folder / ("report." + options.formats[i]));
    write_file(files.back(), texts[i]);
  }
  return files;
}

std::string report_text(const std::filesystem::path& folder, const std::string& format,
                        const std::string& baseline) {
  format_of(format);  // before anything is read
  return write_texts(folder, {format}, baseline).front();
}

}  // namespace assay::reports
