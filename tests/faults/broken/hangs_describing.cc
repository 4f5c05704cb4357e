// Hangs the worker that asks what it is.
#include "minimal.h"

#include <unistd.h>

namespace {

struct Hangs final : assay::faults::Minimal {
  using Minimal::Minimal;
  static assay::MethodInfo describe() {
    for (;;) ::pause();
  }
};

}  // namespace

ASSAY_METHOD(Hangs);
