// How a plugin describes its method, and the values it is built with.
#pragma once

#include <assay/common/parameters.h>
#include <assay/tensor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {

/// Describes a method; a plugin returns one from `static MethodInfo describe()`. Chainable.
struct MethodInfo {
  explicit MethodInfo(std::string id) : id(std::move(id)) {}

  MethodInfo& summary(std::string text) { summary_text = std::move(text); return *this; }
  MethodInfo& paper(std::string reference) { paper_reference = std::move(reference); return *this; }
  MethodInfo& parameter(ParameterSpec spec) { parameters.push_back(std::move(spec)); return *this; }
  /// A capability that a benchmark must offer to be given this method ("pretrained"). One that the
  /// family's description has below "apart" sets the method apart from the others.
  MethodInfo& needs(std::string capability) { requirements.push_back(std::move(capability)); return *this; }
  /// The method branches on the host per seed: cohorts of one.
  MethodInfo& one_row_at_a_time() { single_row = true; return *this; }

  std::string id;
  std::string summary_text;
  std::string paper_reference;  ///< "arXiv:2312.09390"
  std::vector<ParameterSpec> parameters;
  std::vector<std::string> requirements;
  bool single_row = false;
};

/// The resolved parameter values of a cohort's rows, checked against the description.
class Parameters {
 public:
  /// values[k] holds row k's value of every described key, in the order of `specs`.
  /// Tensors of it lie on `device`.
  Parameters(std::vector<ParameterSpec> specs, std::vector<std::vector<Value>> values,
             at::Device device = at::kCPU);

  std::int64_t rows() const noexcept { return static_cast<std::int64_t>(values_.size()); }
  /// The value of a parameter that is the same in every row. Throws Error for an unknown key, another
  /// type, or a parameter declared per_row.
  double real(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  bool boolean(std::string_view key) const;
  const std::string& text(std::string_view key) const;
  /// A numeric parameter as float32 [K, 1] on the problem's device, declared per_row or not.
  Tensor row(std::string_view key) const;

 private:
  const Value& value(std::string_view key, std::int64_t row, bool must_be_uniform) const;
  std::vector<ParameterSpec> specs_;
  std::vector<std::vector<Value>> values_;
  at::Device device_;
};

}  // namespace assay
