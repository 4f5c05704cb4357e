#include "cli/commands.h"

namespace assay::cli {

void add_new_plugin(CLI::App&, Action&) {}

}  // namespace assay::cli
