#include "sdk/internal/safetensors.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

namespace assay {
namespace {

constexpr SafeType safe_types[] = {{"F64", at::kDouble, 8}, {"F32", at::kFloat, 4},
                                   {"F16", at::kHalf, 2},   {"BF16", at::kBFloat16, 2},
                                   {"I64", at::kLong, 8},   {"I32", at::kInt, 4},
                                   {"I16", at::kShort, 2},  {"I8", at::kChar, 1},
                                   {"U8", at::kByte, 1},    {"BOOL", at::kBool, 1}};

struct Entry {
  std::string name;
  Tensor tensor;
  const SafeType* type;
};

}  // namespace

const SafeType* find_safe_type(std::string_view name) noexcept {
  for (const SafeType& type : safe_types) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

const SafeType* find_safe_type(at::ScalarType type) noexcept {
  for (const SafeType& known : safe_types) {
    if (known.type == type) return &known;
  }
  return nullptr;
}

std::string safe_type_names() {
  std::string names;
  for (const SafeType& type : safe_types) {
    if (!names.empty()) names += &type == std::end(safe_types) - 1 ? " and " : ", ";
    names += type.name;
  }
  return names;
}

std::string to_safetensors(const TensorMap& tensors,
                           const std::map<std::string, std::string>& metadata) {
  for (const auto& [key, text] : metadata) {
    if (!is_utf8(key) || !is_utf8(text)) {
      throw Error("safetensors: the metadata " + quote(key) + " is not UTF-8");
    }
  }
  std::vector<Entry> entries;
  for (const auto& [name, tensor] : tensors) {
    if (name == "__metadata__") {
      throw Error("safetensors: '__metadata__' is no name for a tensor");
    }
    if (!is_utf8(name)) {
      throw Error("safetensors: the name " + quote(name) + " of a tensor is not UTF-8");
    }
    if (!tensor.defined()) throw Error("safetensors: tensor " + quote(name) + " is undefined");
    const SafeType* type = find_safe_type(tensor.scalar_type());
    if (type == nullptr) {
      throw Error("safetensors: tensor " + quote(name) + " is of type " +
                  at::toString(tensor.scalar_type()) + "; " + safe_type_names() +
                  " can be written");
    }
    entries.push_back({name, tensor.detach().to(at::kCPU).contiguous(), type});
  }
  // Widest elements first, as the reference writer does: everything is then aligned to its size.
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.type->bytes > b.type->bytes; });
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::int64_t end = 0;
  for (const Entry& entry : entries) {
    const std::int64_t begin = end;
    end += static_cast<std::int64_t>(entry.tensor.nbytes());
    header[entry.name] = {{"dtype", entry.type->name},
                          {"shape", entry.tensor.sizes().vec()},
                          {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string content;
  content.reserve(8 + text.size() + static_cast<std::size_t>(end));
  for (int byte = 0; byte < 8; ++byte) {
    content.push_back(static_cast<char>(text.size() >> (8 * byte) & 0xff));
  }
  content += text;
  for (const Entry& entry : entries) {
    content.append(static_cast<const char*>(entry.tensor.const_data_ptr()), entry.tensor.nbytes());
  }
  return content;
}

void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata) {
  write_unpublished(path, to_safetensors(tensors, metadata));
}

}  // namespace assay
