#include "reports/analysis/log_end.h"

#include <algorithm>
#include <fstream>

namespace assay::reports {

namespace {

constexpr std::size_t log_lines = 15;
constexpr std::size_t log_bytes = 4000;

// The file's last bytes, enough to hold what is shown and to show that there is more. Nothing for
// what is no file: opening a named pipe may wait for ever.
std::string last_bytes(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) return "";
  const std::uintmax_t size = std::filesystem::file_size(file);
  const std::uintmax_t wanted = std::min<std::uintmax_t>(size, 4 * log_bytes);
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(size - wanted));
  std::string text(static_cast<std::size_t>(wanted), '\0');
  in.read(text.data(), static_cast<std::streamsize>(wanted));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  return text;
}

std::string read_end(const std::filesystem::path& folder, const std::string& log) {
  if (folder.empty() || log.empty()) return "";
  std::string text;
  try {
    const std::filesystem::path inside = std::filesystem::canonical(folder);
    const std::filesystem::path file = std::filesystem::canonical(folder / log);
    if (!file.string().starts_with(inside.string() + "/")) return "";
    text = last_bytes(file);
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
