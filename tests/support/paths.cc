// Tells tests where the checkout and the built programs are, through the environment: as definitions
// these paths would be part of every test's compile command, and ccache would miss in another clone.
#include <cstdlib>

namespace {
// Before other constructors, since a test file may use the paths in a global constant.
[[gnu::constructor(101)]] void set_paths() {
  ::setenv("ASSAY_TEST_SOURCE_DIR", ASSAY_TEST_SOURCE_PATH, 1);
  ::setenv("ASSAY_TEST_BIN_DIR", ASSAY_TEST_BIN_PATH, 1);
}
}  // namespace
