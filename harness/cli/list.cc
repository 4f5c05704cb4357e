#include "cli/commands.h"

namespace assay::cli {

void add_list(CLI::App&, Action&) {}

}  // namespace assay::cli
