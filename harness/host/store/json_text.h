// JSON from files that may be damaged or hostile, and how a message shows what stands in them.
#pragma once

#include <assay/common/parameters_json.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace assay {

/// Tables and lists within each other. Writing a document, copying and comparing it recurse:
/// 100,000 brackets in a file would overflow the stack.
inline constexpr std::size_t deepest_json = 100;

struct JsonReading {
  Json value;           ///< null when `problem` is not empty
  std::string problem;  ///< "", or what is wrong: "is not complete JSON (truncated?)"
};

JsonReading parse_json(std::string_view text);

/// The same of a file of at most `most_bytes`. What is not a regular file (a folder, a pipe that
/// would block, a device without an end) is not opened. Does not throw.
JsonReading read_json(const std::filesystem::path& file, std::size_t most_bytes);

/// A value as a message shows it, long ones cut.
std::string shown_json(const Json& json);

/// A path as a message shows it: control characters and bytes that are not UTF-8 become '?'.
std::string shown_path(const std::filesystem::path& path);

}  // namespace assay
