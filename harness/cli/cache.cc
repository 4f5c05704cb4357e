#include "cli/commands.h"

namespace assay::cli {

void add_cache(CLI::App&, Action&) {}

}  // namespace assay::cli
