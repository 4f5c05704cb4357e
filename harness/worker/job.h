// One job of the command: a stage, or a cohort of cells.
#pragma once

#include <assay/common/parameters_json.h>

#include <functional>

namespace assay {

/// Runs the job that `request` describes and reports every event, the last being "done" or "failed"
/// (docs/protocol.md section 2). Never throws: whatever goes wrong is the last event.
void run_job(const Json& request, const std::function<void(const Json&)>& report);

}  // namespace assay
