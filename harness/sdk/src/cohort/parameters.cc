#include <assay/common/error.h>
#include <assay/common/text.h>
#include <assay/method.h>

#include <ATen/ATen.h>
#include <utility>

namespace assay {
namespace {

const char* type_name(const Value& value) {
  static constexpr const char* names[] = {"no value", "a boolean", "an integer", "a real number",
                                          "a text"};
  return names[value.index()];
}

[[noreturn]] void wrong_type(std::string_view key, const char* asked, const Value& value) {
  throw Error("parameter '" + std::string(key) + "' is " + type_name(value) +
              ", but the method reads it as " + asked);
}

double as_real(std::string_view key, const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  wrong_type(key, "a number", value);
}

}  // namespace

Parameters::Parameters(std::vector<ParameterSpec> specs, std::vector<std::vector<Value>> values,
                       at::Device device)
    : specs_(std::move(specs)), values_(std::move(values)), device_(device) {
  for (std::size_t row = 0; row < values_.size(); ++row) {
    if (values_[row].size() == specs_.size()) continue;
    throw Error("Parameters: row " + std::to_string(row) + " has " +
                std::to_string(values_[row].size()) + " values for " +
                std::to_string(specs_.size()) + " parameters");
  }
}

const Value& Parameters::value(std::string_view key, std::int64_t row, bool must_be_uniform) const {
  std::size_t at = 0;
  while (at < specs_.size() && specs_[at].key != key) ++at;
  if (at == specs_.size()) {
    std::vector<std::string> keys;
    for (const ParameterSpec& spec : specs_) keys.push_back(spec.key);
    throw Error("the method reads a parameter '" + std::string(key) +
                "' that its description does not have" + did_you_mean(key, keys));
  }
  if (must_be_uniform && specs_[at].varies_by_row) {
    throw Error("parameter '" + std::string(key) +
                "' is declared per_row: read it with row(\"" + std::string(key) + "\")");
  }
  if (values_.empty()) throw Error("parameter '" + std::string(key) + "': the cohort has no rows");
  const Value& first = values_[static_cast<std::size_t>(row)][at];
  for (std::size_t other = 0; must_be_uniform && other < values_.size(); ++other) {
    if (values_[other][at] != first) {
      throw Error("parameter '" + std::string(key) + "' differs between the rows of a cohort, " +
                  "but is not declared per_row");
    }
  }
  return first;
}

double Parameters::real(std::string_view key) const {
  return as_real(key, value(key, 0, true));
}

std::int64_t Parameters::integer(std::string_view key) const {
  const Value& found = value(key, 0, true);
  if (const auto* integer = std::get_if<std::int64_t>(&found)) return *integer;
  wrong_type(key, "an integer", found);
}

bool Parameters::boolean(std::string_view key) const {
  const Value& found = value(key, 0, true);
  if (const auto* boolean = std::get_if<bool>(&found)) return *boolean;
  wrong_type(key, "a boolean", found);
}

const std::string& Parameters::text(std::string_view key) const {
  const Value& found = value(key, 0, true);
  if (const auto* text = std::get_if<std::string>(&found)) return *text;
  wrong_type(key, "a text", found);
}

Tensor Parameters::row(std::string_view key) const {
  Tensor result_K1 = at::empty({rows(), 1}, at::kFloat);
  float* out = result_K1.mutable_data_ptr<float>();
  for (std::int64_t row = 0; row < rows(); ++row) {
    *out++ = static_cast<float>(as_real(key, value(key, row, false)));
  }
  return result_K1.to(device_);
}

}  // namespace assay
