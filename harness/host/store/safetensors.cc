#include "host/store/safetensors.h"

#include <assay/common/error.h>

#include <cstring>

namespace assay {

namespace {

std::uint64_t read_length(std::string_view content) {
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(content[i]);
  return length;
}

std::string length_bytes(std::uint64_t length) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> 8 * i & 255);
  return bytes;
}

// Bytes of one step along the first dimension.
std::size_t row_bytes(const TensorBytes& tensor, const std::string& name) {
  if (tensor.shape.empty() || tensor.shape[0] == 0) {
    throw Error(name + " holds a tensor without rows");
  }
  return tensor.bytes.size() / tensor.shape[0];
}

template <typename T>
std::vector<double> numbers(std::string_view bytes) {
  std::vector<double> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
  return values;
}

}  // namespace

std::map<std::string, TensorBytes> parse_safetensors(std::string_view content,
                                                     const std::string& name) {
  const auto bad = [&name](const std::string& why) {
    return Error(name + " is not a safetensors file: " + why);
  };
  if (content.size() < 8) throw bad("it is shorter than 8 bytes");
  const std::uint64_t length = read_length(content);
  if (length > content.size() - 8) throw bad("its header is longer than the file");
  const Json header = Json::parse(content.substr(8, length), nullptr, false);
  if (!header.is_object()) throw bad("its header is not a JSON table");
  const std::string_view data = content.substr(8 + length);
  std::map<std::string, TensorBytes> tensors;
  try {
    for (const auto& [key, entry] : header.items()) {
      if (key == "__metadata__") continue;
      const std::uint64_t from = entry.at("data_offsets").at(0);
      const std::uint64_t to = entry.at("data_offsets").at(1);
      if (from > to || to > data.size()) throw bad("'" + key + "' lies outside of it");
      tensors[key] = {entry.at("dtype"), entry.at("shape").get<std::vector<std::uint64_t>>(),
                      data.substr(from, to - from)};
    }
  } catch (const Json::exception& error) {
    throw bad(error.what());
  }
  return tensors;
}

std::string select_tensor_rows(std::string_view content, const std::vector<std::size_t>& rows,
                               const std::string& name) {
  Json header = Json::object();
  std::string data;
  for (const auto& [key, tensor] : parse_safetensors(content, name)) {
    const std::size_t step = row_bytes(tensor, name);
    const std::size_t from = data.size();
    for (const std::size_t row : rows) {
      if (row >= tensor.shape[0]) {
        throw Error(name + ": '" + key + "' has " + std::to_string(tensor.shape[0]) +
                    " rows, row " + std::to_string(row) + " is wanted");
      }
      data += tensor.bytes.substr(row * step, step);
    }
    std::vector<std::uint64_t> shape = tensor.shape;
    shape[0] = rows.size();
    header[key] = {{"dtype", tensor.type}, {"shape", shape}, {"data_offsets", {from, data.size()}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data starts at a multiple of 8
  return length_bytes(text.size()) + text + data;
}

std::vector<double> tensor_row(const TensorBytes& tensor, std::size_t row) {
  const std::size_t step = row_bytes(tensor, "a predictions file");
  const std::string_view bytes = tensor.bytes.substr(row * step, step);
  if (tensor.type == "F32") return numbers<float>(bytes);
  if (tensor.type == "F64") return numbers<double>(bytes);
  if (tensor.type == "I64") return numbers<std::int64_t>(bytes);
  if (tensor.type == "I32") return numbers<std::int32_t>(bytes);
  if (tensor.type == "U8" || tensor.type == "BOOL") return numbers<std::uint8_t>(bytes);
  throw Error("predictions of type " + tensor.type + " cannot be compared");
}

}  // namespace assay
