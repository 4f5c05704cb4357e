// Safetensors files as bytes: picking rows and comparing, without LibTorch. Every tensor of a
// predictions file has the rows of its job as its first dimension.
#pragma once

#include <assay/common/parameters_json.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

struct TensorBytes {
  std::string type;                  ///< "F32", "I64", ...
  std::vector<std::uint64_t> shape;
  std::string_view bytes;            ///< little-endian, row-major; points into the content given
};

/// The tensors of a file's content, by name. Throws Error ("... is not a safetensors file: why").
std::map<std::string, TensorBytes> parse_safetensors(std::string_view content,
                                                     const std::string& name);

/// A file with the rows `rows` of every tensor. Throws Error when a tensor has no such row.
std::string select_tensor_rows(std::string_view content, const std::vector<std::size_t>& rows,
                               const std::string& name);

/// Row `row` of a tensor as numbers (F32, F64, I64, I32, U8, BOOL). Throws Error for other types.
std::vector<double> tensor_row(const TensorBytes& tensor, std::size_t row);

}  // namespace assay
