// The numeric settings of a worker, before any test runs.
#include "sdk/internal/numerics.h"

namespace {

[[maybe_unused]] const bool configured = [] {
  assay::configure_numerics();
  return true;
}();

}  // namespace
