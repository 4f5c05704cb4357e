// Reports of runs' folders: what `assay run` writes at its end and `assay report` on demand.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assay::reports {

struct ReportOptions {
  std::vector<std::string> formats = {"html", "md"};
  std::string baseline;  ///< "": as the suite says
};

/// Reads the run at `folder` and writes report.<extension> into it for each format. Returns the
/// files. Throws Error when the folder is not a run or has no cells, or a format or baseline is not
/// known.
std::vector<std::filesystem::path> write_reports(const std::filesystem::path& folder,
                                                 const ReportOptions& options = {});

/// One report of all `runs` (merge.h) for each format, in the folder `out`, which is made when it
/// is not there. Throws as write_reports does, and when a run is named twice.
std::vector<std::filesystem::path> write_merged_reports(
    const std::vector<std::filesystem::path>& runs, const std::filesystem::path& out,
    const ReportOptions& options = {});

/// One report of all `runs` as text, in one format.
std::string report_text(const std::vector<std::filesystem::path>& runs, const std::string& format,
                        const std::string& baseline = "");

/// The same of one run.
std::string report_text(const std::filesystem::path& folder, const std::string& format,
                        const std::string& baseline = "");

}  // namespace assay::reports
