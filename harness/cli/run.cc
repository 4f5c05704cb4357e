#include "cli/commands.h"

namespace assay::cli {

void add_run(CLI::App&, Action&) {}

}  // namespace assay::cli
