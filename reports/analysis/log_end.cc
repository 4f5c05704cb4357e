#include "reports/analysis/log_end.h"

#include <assay/common/files.h>

namespace assay::reports {

namespace {

constexpr std::size_t log_lines = 15;
constexpr std::size_t log_bytes = 4000;

std::string read_end(const std::filesystem::path& folder, const std::string& log) {
  if (folder.empty() || log.empty()) return "";
  std::string text;
  try {
    const std::filesystem::path inside = std::filesystem::canonical(folder);
    const std::filesystem::path file = std::filesystem::canonical(folder / log);
    if (!file.string().starts_with(inside.string() + "/")) return "";
    text = read_file(file);
  } catch (const std::exception&) {
    return "";  // the failure itself is in the report: the excerpt is an extra
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::size_t from = text.size();
  for (std::size_t line = 0; line < log_lines && from != std::string::npos && from > 0; ++line) {
    from = text.rfind('\n', from - 1);
  }
  text = from == std::string::npos || from == 0 ? text : text.substr(from + 1);
  if (text.size() > log_bytes) text = "\u2026" + text.substr(text.size() - log_bytes);
  return text;
}

}  // namespace

const std::string& LogEnds::of(const std::string& log) {
  const auto known = known_.find(log);
  if (known != known_.end()) return known->second;
  return known_[log] = read_end(folder_, log);
}

}  // namespace assay::reports
