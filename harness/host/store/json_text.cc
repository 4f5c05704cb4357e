#include "host/store/json_text.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

#include <algorithm>
#include <system_error>

namespace assay {

namespace {

// Brackets within texts do not count. Right for well-formed JSON; of other text it only has to be
// an upper bound up to where the parser stops.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0, deepest = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

std::string place_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::size_t column = start == std::string_view::npos ? at : at - start - 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::string size_text(std::size_t bytes) {
  return std::to_string(bytes >> 20) + " MB";
}

}  // namespace

JsonReading parse_json(std::string_view text) {
  if (text.empty()) return {nullptr, "is not complete JSON: it is empty"};
  if (depth_of(text) > deepest_json) {
    return {nullptr, "has more than " + std::to_string(deepest_json) +
                         " tables and lists within "
                         "each other"};
  }
  try {
    return {Json::parse(text), ""};
  } catch (const Json::parse_error& error) {
    // The parser counts bytes from 1 and the end as one more.
    if (error.byte > text.size()) return {nullptr, "is not complete JSON (truncated?)"};
    return {nullptr, "is not JSON at " + place_of(text, error.byte)};
  } catch (const Json::exception&) {
    return {nullptr, "has a number that is out of range"};
  }
}

JsonReading read_json(const std::filesystem::path& file, std::size_t most_bytes) {
  std::error_code problem;
  const auto status = std::filesystem::status(file, problem);
  if (problem) return {nullptr, "cannot be read: " + problem.message()};
  if (!std::filesystem::is_regular_file(status)) return {nullptr, "is not a file"};
  const std::uintmax_t size = std::filesystem::file_size(file, problem);
  if (problem) return {nullptr, "cannot be read: " + problem.message()};
  if (size > most_bytes) return {nullptr, "is larger than " + size_text(most_bytes)};
  std::string text;
  try {
    text = read_file(file);
  } catch (const Error&) {
    return {nullptr, "cannot be read"};
  }
  return parse_json(text);
}

std::string shown_json(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() <= 60 ? text : quote(text);
}

std::string shown_path(const std::filesystem::path& path) {
  std::string text = path.string();
  std::size_t bad = 0;
  while (!is_utf8(text, &bad)) text[bad] = '?';
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

}  // namespace assay
