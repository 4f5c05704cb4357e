#include "cli/commands.h"

namespace assay::cli {

void add_status(CLI::App&, Action&) {}

}  // namespace assay::cli
