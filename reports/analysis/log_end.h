// The ends of the logs of failed cells, read safely from a run's folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace assay::reports {

/// Reads each log once: cells that failed together share one.
class LogEnds {
 public:
  /// `folder`: the run's.
  explicit LogEnds(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The last 15 lines, at most 4,000 bytes, of the file `log` below the folder, as they stand; ""
  /// when there is none. A path that leads out of the folder, also by a symbolic link, is not read:
  /// the report may be sent to others.
  const std::string& of(const std::string& log);

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::string> known_;
};

}  // namespace assay::reports
