#include "cli/commands.h"

namespace assay::cli {

void add_doctor(CLI::App&, Action&) {}

}  // namespace assay::cli
