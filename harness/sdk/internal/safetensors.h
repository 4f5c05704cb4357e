// safetensors files (https://github.com/huggingface/safetensors): a length, a JSON header, raw
// data.
#pragma once

#include <assay/tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace assay {

using TensorMap = std::map<std::string, Tensor>;

struct SafeTensors {
  TensorMap tensors;
  std::map<std::string, std::string> metadata;
};

/// The file's content: the same bytes for the same tensors, of the types in safe_type_names().
/// Throws Error for another type, and for names and metadata that are not UTF-8.
std::string to_safetensors(const TensorMap& tensors,
                           const std::map<std::string, std::string>& metadata = {});

/// Writes and syncs a file (write_unpublished). Throws Error naming the file and the cause.
void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// Reads a whole file into tensors of their own, on the CPU. Throws Error naming the file and its
/// fault: every byte must be accounted for by the header, once.
SafeTensors read_safetensors(const std::filesystem::path& path);

/// The same for content that is in memory; `where` names it in errors.
SafeTensors parse_safetensors(std::string_view content, const std::string& where);

/// The tensor `name` of a file that was read. Throws Error listing the names when there is none.
const Tensor& tensor_of(const SafeTensors& file, const std::string& name,
                        const std::filesystem::path& path);

/// One element type of the format.
struct SafeType {
  const char* name;  ///< "F32"
  at::ScalarType type;
  std::int64_t bytes;
};

/// "F64, F32, ... and BOOL".
std::string safe_type_names();

/// nullptr when the format's type is not one of those that Assay uses.
const SafeType* find_safe_type(std::string_view name) noexcept;
const SafeType* find_safe_type(at::ScalarType type) noexcept;

}  // namespace assay
