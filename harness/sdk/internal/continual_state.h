// The three purposes that a method's state is walked for. Not part of the plugin API.
#pragma once

#include "sdk/internal/safetensors.h"

#include <assay/continual.h>

#include <map>
#include <set>
#include <string>

namespace assay::continual {

/// Collects the parts by their names; the tensors are the method's own. Throws Error for a name
/// that comes twice.
class SaveState final : public State {
 public:
  explicit SaveState(TensorMap& into) : into_(into) {}
  void operator()(std::string_view name, Tensor& value) override;
  void operator()(std::string_view name, std::int64_t& value) override;

 private:
  std::string claimed(std::string_view name);

  TensorMap& into_;
  std::set<std::string> names_;
};

/// Whether LoadState would find what it needs: throws Error for a number that is not there. Changes
/// nothing.
class CheckState final : public State {
 public:
  explicit CheckState(const TensorMap& from) : from_(from) {}
  void operator()(std::string_view, Tensor&) override {}
  void operator()(std::string_view name, std::int64_t& value) override;

 private:
  const TensorMap& from_;
};

/// Gives back what SaveState collected: tensors moved to `device`; one that was undefined is
/// undefined again. Throws Error as CheckState does.
class LoadState final : public State {
 public:
  LoadState(const TensorMap& from, at::Device device) : from_(from), device_(device) {}
  void operator()(std::string_view name, Tensor& value) override;
  void operator()(std::string_view name, std::int64_t& value) override;

 private:
  const TensorMap& from_;
  at::Device device_;
};

/// Bytes that one row of a cohort holds: tensors by their first axis, 8 for a number.
class CountBytes final : public State {
 public:
  explicit CountBytes(std::int64_t rows) : rows_(rows) {}
  void operator()(std::string_view, Tensor& value) override;
  void operator()(std::string_view, std::int64_t&) override { bytes_ += 8; }
  double bytes() const { return bytes_; }

 private:
  std::int64_t rows_;
  double bytes_ = 0;
};

}  // namespace assay::continual
