#include "cli/commands.h"

namespace assay::cli {

void add_verify(CLI::App&, Action&) {}

}  // namespace assay::cli
