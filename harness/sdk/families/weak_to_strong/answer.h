// A method's life in the host: made, asked, its answer checked.
#pragma once

#include <assay/weak_to_strong.h>

#include <string>

namespace assay::weak_to_strong {

/// A method of a plugin, destroyed by the plugin that made it.
class MethodHandle {
 public:
  /// Throws what the constructor throws, and Error when the plugin gives no object.
  MethodHandle(const MethodEntry& entry, const Parameters& parameters);
  ~MethodHandle() { entry_.destroy(method_); }
  MethodHandle(const MethodHandle&) = delete;
  MethodHandle& operator=(const MethodHandle&) = delete;

  Method* operator->() const { return static_cast<Method*>(method_); }

 private:
  const MethodEntry& entry_;
  void* method_;
};

/// What is wrong with an answer as a whole (shape, type, device, classes), or "". Values that are not
/// finite are a row's own failure and not looked at.
std::string answer_breach(const Model& answer, const Problem& problem);

}  // namespace assay::weak_to_strong
