// Shapes in messages.
#pragma once

#include <ATen/core/Tensor.h>

#include <sstream>
#include <string>

namespace assay {

/// "[3, 4]".
inline std::string shape_text(at::IntArrayRef shape) {
  std::ostringstream text;
  text << shape;
  return text.str();
}

inline std::string shape_text(const at::Tensor& tensor) { return shape_text(tensor.sizes()); }

}  // namespace assay
