#include "sdk/families/unlearning/family.h"

#include <assay/common/error.h>

namespace assay::unlearning {

Json expansion(const Json&) {
  throw Error("unlearning has no tasks yet");
}
std::vector<RowOutcome> run_stage(const StageJob&, Run&) {
  throw Error("unlearning has no stages yet");
}
std::vector<RowOutcome> run_cells(const CellJob&, Run&) {
  throw Error("unlearning has no cells yet");
}

}  // namespace assay::unlearning
