#include "cli/commands.h"

namespace assay::cli {

void add_plan(CLI::App&, Action&) {}

}  // namespace assay::cli
