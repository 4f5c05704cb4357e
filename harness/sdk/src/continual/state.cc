#include "sdk/internal/continual_state.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>

namespace assay::continual {

namespace {

std::int64_t number_in(const TensorMap& saved, const std::string& name) {
  const auto found = saved.find(name);
  if (found == saved.end() || found->second.numel() != 1) {
    throw Error("a saved state lacks the number '" + name + "'");
  }
  return found->second.item<std::int64_t>();
}

}  // namespace

std::string SaveState::claimed(std::string_view name) {
  std::string full = prefix_ + std::string(name);
  if (!names_.insert(full).second) {
    throw Error("a method's state has two parts of the name '" + full + "'");
  }
  return full;
}

void SaveState::operator()(std::string_view name, Tensor& value) {
  const std::string full = claimed(name);
  if (value.defined()) into_[full] = value;
}

void SaveState::operator()(std::string_view name, std::int64_t& value) {
  into_[claimed(name)] = at::scalar_tensor(value, at::kLong);
}

void LoadState::operator()(std::string_view name, Tensor& value) {
  const auto found = from_.find(prefix_ + std::string(name));
  value = found == from_.end() ? Tensor() : found->second.to(device_);
}

void LoadState::operator()(std::string_view name, std::int64_t& value) {
  value = number_in(from_, prefix_ + std::string(name));
}

void CheckState::operator()(std::string_view name, std::int64_t&) {
  number_in(from_, prefix_ + std::string(name));
}

void CountBytes::operator()(std::string_view, Tensor& value) {
  if (value.defined()) bytes_ += static_cast<double>(value.nbytes()) / static_cast<double>(rows_);
}

}  // namespace assay::continual
