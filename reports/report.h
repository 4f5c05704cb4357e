// Reports of a run's folder: what `assay run` writes at its end and `assay report` on demand.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assay::reports {

struct ReportOptions {
  std::vector<std::string> formats = {"html", "md"};
  std::string baseline;  ///< "": as the suite says
};

/// Reads the run at `folder` and writes report.<format> into it for each format. Returns the files.
/// Throws Error when the folder is not a run or has no cells, or a format or baseline is not known.
std::vector<std::filesystem::path> write_reports(const std::filesystem::path& folder,
                                                 const ReportOptions& options = {});

/// The same as text, in one format.
std::string report_text(const std::filesystem::path& folder, const std::string& format,
                        const std::string& baseline = "");

}  // namespace assay::reports
