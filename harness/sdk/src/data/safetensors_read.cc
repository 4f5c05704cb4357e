#include "sdk/internal/safetensors.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace assay {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t largest_header = 100'000'000;  // the reference's cap
constexpr std::size_t most_axes = 64;                  // that LibTorch's operations take
constexpr int deepest = 3;                             // sizes, in a list, in a tensor's table

struct Entry {
  std::string name;
  const SafeType* type = nullptr;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

class Reader {
 public:
  Reader(std::string_view content, const std::string& where) : content_(content), where_(where) {}

  SafeTensors read() {
    const Json header = parse_header();
    SafeTensors result;
    std::vector<Entry> entries;
    for (const auto& [name, value] : header.items()) {
      if (name == "__metadata__") {
        result.metadata = parse_metadata(value);
      } else {
        entries.push_back(parse_entry(name, value));
      }
    }
    check_cover(entries);
    for (const Entry& entry : entries) result.tensors[entry.name] = copy_tensor(entry);
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& fault) const {
    throw Error(where_ + ": not a valid safetensors file: " + fault);
  }

  Json parse_header() {
    if (content_.size() < 8) fail("it has " + std::to_string(content_.size()) + " bytes");
    std::uint64_t length = 0;
    for (std::size_t byte = 0; byte < 8; ++byte) {
      length |= std::uint64_t{static_cast<unsigned char>(content_[byte])} << (8 * byte);
    }
    if (length > largest_header) {
      fail("its header claims " + std::to_string(length) + " bytes; the format allows " +
           std::to_string(largest_header));
    }
    if (length > content_.size() - 8) {
      fail("its header claims " + std::to_string(length) + " bytes, but the file ends after " +
           std::to_string(content_.size() - 8));
    }
    const std::string_view text = content_.substr(8, length);
    data_ = content_.substr(8 + length);
    if (text.empty() || text.front() != '{') fail("its header does not begin with '{'");

    // The JSON library keeps the last of duplicate keys without a word, hence the callback.
    // Depth is bounded before it is built: a table for each of many brackets takes much memory.
    std::vector<std::set<std::string>> seen;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
      if (depth >= deepest && (event == Json::parse_event_t::object_start ||
                               event == Json::parse_event_t::array_start)) {
        fail("its header is nested too deeply");
      }
      if (event == Json::parse_event_t::object_start) seen.emplace_back();
      if (event == Json::parse_event_t::object_end) seen.pop_back();
      if (event == Json::parse_event_t::key && !seen.back().insert(value).second) {
        fail("its header has the key " + quote(value.get_ref<const std::string&>()) + " twice");
      }
      return true;
    };
    try {
      return Json::parse(text, watch);
    } catch (const Json::exception& error) {
      // The library's own text may hold as much of the file as it likes.
      fail("its header is not JSON: " + std::string(error.what()).substr(0, 200));
    }
  }

  std::map<std::string, std::string> parse_metadata(const Json& value) const {
    if (!value.is_object()) fail("__metadata__ is not a table of texts");
    std::map<std::string, std::string> metadata;
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) fail("__metadata__ entry " + quote(key) + " is not a text");
      metadata[key] = text.get<std::string>();
    }
    return metadata;
  }

  Entry parse_entry(const std::string& name, const Json& value) const {
    const std::string tensor = "tensor " + quote(name) + " ";
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype") ||
        !value.contains("shape") || !value.contains("data_offsets")) {
      fail(tensor + "must have dtype, shape and data_offsets, and nothing else");
    }
    Entry entry;
    entry.name = name;
    const Json& type = value["dtype"];
    if (!type.is_string()) fail(tensor + "has a dtype that is not a text");
    entry.type = find_safe_type(type.get<std::string>());
    if (entry.type == nullptr) {
      fail(tensor + "has dtype " + quote(type.get<std::string>()) + "; " + safe_type_names() +
           " can be read");
    }
    // As if sizes of 0 were 1: strides are products too, and must not overflow either.
    auto bytes = static_cast<std::uint64_t>(entry.type->bytes);
    bool empty = false;
    if (!value["shape"].is_array()) fail(tensor + "has a shape that is not a list");
    if (value["shape"].size() > most_axes) {
      fail(tensor + "has " + std::to_string(value["shape"].size()) + " axes; " +
           std::to_string(most_axes) + " can be read");
    }
    for (const Json& size : value["shape"]) {
      constexpr auto largest = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
      if (!size.is_number_unsigned() || size.get<std::uint64_t>() > largest) {
        fail(tensor + "has a size that is not a whole number");
      }
      const auto extent = size.get<std::uint64_t>();
      empty = empty || extent == 0;
      if (extent > 0 && bytes > largest / extent) fail(tensor + "is larger than any memory");
      if (extent > 0) bytes *= extent;
      entry.shape.push_back(static_cast<std::int64_t>(extent));
    }
    const Json& range = value["data_offsets"];
    if (!range.is_array() || range.size() != 2 || !range[0].is_number_unsigned() ||
        !range[1].is_number_unsigned()) {
      fail(tensor + "has data_offsets that are not two whole numbers");
    }
    entry.begin = range[0].get<std::uint64_t>();
    entry.end = range[1].get<std::uint64_t>();
    if (entry.begin > entry.end || entry.end > data_.size()) {
      fail(tensor + "lies at " + std::to_string(entry.begin) + " to " + std::to_string(entry.end) +
           " of " + std::to_string(data_.size()) + " bytes of data");
    }
    if (empty) bytes = 0;
    if (entry.end - entry.begin != bytes) {
      fail(tensor + "needs " + std::to_string(bytes) + " bytes by its shape, but has " +
           std::to_string(entry.end - entry.begin));
    }
    return entry;
  }

  // No byte of the data may belong to two tensors or to none: a file must not smuggle anything.
  void check_cover(std::vector<Entry>& entries) const {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t covered = 0;
    for (const Entry& entry : entries) {
      if (entry.begin < covered) fail("tensor " + quote(entry.name) + " overlaps another");
      if (entry.begin > covered) {
        fail(std::to_string(entry.begin - covered) + " bytes before tensor " + quote(entry.name) +
             " belong to no tensor");
      }
      covered = entry.end;
    }
    if (covered != data_.size()) {
      fail("the last " + std::to_string(data_.size() - covered) + " bytes belong to no tensor");
    }
  }

  // Copied, so that neither alignment nor the file's later fate matters.
  Tensor copy_tensor(const Entry& entry) const {
    Tensor tensor = at::empty(entry.shape, entry.type->type);
    const std::string_view bytes = data_.substr(entry.begin, entry.end - entry.begin);
    const auto no_bool = [](char byte) { return byte != 0 && byte != 1; };
    if (entry.type->type == at::kBool && std::any_of(bytes.begin(), bytes.end(), no_bool)) {
      fail("tensor " + quote(entry.name) + " is BOOL, but holds other bytes than 0 and 1");
    }
    if (!bytes.empty()) std::memcpy(tensor.mutable_data_ptr(), bytes.data(), bytes.size());
    return tensor;
  }

  std::string_view content_, data_;
  const std::string& where_;
};

}  // namespace

SafeTensors parse_safetensors(std::string_view content, const std::string& where) {
  return Reader(content, where).read();
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

const Tensor& tensor_of(const SafeTensors& file, const std::string& name,
                        const std::filesystem::path& path) {
  const auto found = file.tensors.find(name);
  if (found != file.tensors.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& entry : file.tensors) names.push_back(entry.first);
  throw Error(path.string() + ": has no tensor " + quote(name) + "; it has " + join(names, ", "));
}

}  // namespace assay
