// Crashes the worker that asks what it is.
#include "minimal.h"

#include <cstdlib>

namespace {

struct Crashes final : assay::faults::Minimal {
  using Minimal::Minimal;
  static assay::MethodInfo describe() { std::abort(); }
};

}  // namespace

ASSAY_METHOD(Crashes);
