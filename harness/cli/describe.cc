#include "cli/commands.h"

namespace assay::cli {

void add_describe(CLI::App&, Action&) {}

}  // namespace assay::cli
