// A method's life in the host: made, asked, its answer checked. Of every family.
#pragma once

#include <assay/common/error.h>
#include <assay/network.h>
#include <assay/plugin.h>

#include <string>

namespace assay {

/// A method of a plugin as its family's base class, destroyed by the plugin that made it.
template <class Method>
class MethodHandle {
 public:
  /// Throws what the constructor throws, and Error when the plugin gives no object.
  MethodHandle(const MethodEntry& entry, const Parameters& parameters)
      : entry_(entry), method_(entry.create(parameters)) {
    if (method_ == nullptr) throw Error("the plugin's factory returned no method");
  }
  ~MethodHandle() { entry_.destroy(method_); }
  MethodHandle(const MethodHandle&) = delete;
  MethodHandle& operator=(const MethodHandle&) = delete;

  Method* operator->() const { return static_cast<Method*>(method_); }
  Method& operator*() const { return *static_cast<Method*>(method_); }

 private:
  const MethodEntry& entry_;
  void* method_;
};

/// What is wrong with a model as a whole that should have the rows, type, device and classes of
/// `like`, or "". `hook` is what returned it. Values that are not finite are a row's own failure
/// and not looked at.
std::string model_breach(const Model& answer, const Model& like, const std::string& hook);

/// Of one row in two cohorts: sums over a row are ordered differently when it trains alone; more
/// than that is mixing.
bool equal_up_to_rounding(const Tensor& left, const Tensor& right);

/// " (largest difference 0.12)", for the text of a breach.
std::string largest_difference(const Tensor& left, const Tensor& right);

/// A copy with row `row` in the opposite order of its items: another problem for that row alone.
Tensor with_row_flipped(const Tensor& value_KN, std::int64_t row);

}  // namespace assay
