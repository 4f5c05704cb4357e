#include "minimal.h"

#include <stdexcept>

namespace {

struct Throws final : assay::faults::Minimal {
  using Minimal::Minimal;
  static assay::MethodInfo describe() { throw std::logic_error("no idea what this is"); }
};

}  // namespace

ASSAY_METHOD(Throws);
