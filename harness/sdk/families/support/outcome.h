// What every family does alike: parameters from a job's rows, records from a run.
#pragma once

#include "sdk/internal/family.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace assay {

/// The resolved parameter values of a job's rows, in the order of the method's description. Throws
/// Error naming the parameter when a row lacks one or gives it another type.
Parameters row_parameters(const MethodInfo& info, const std::vector<CellRow>& rows,
                          at::Device device = at::kCPU);

/// The same where each row's values are given alone.
Parameters row_parameters(const MethodInfo& info, const std::vector<Json>& of_rows);

/// {"curves", "counts"} of one row of a run; `parameters` is the size of its model. "metrics" is
/// left empty.
Json row_record(Run& run, std::int64_t row, std::int64_t parameters);

/// "metrics" of one row: of every metric that the family's description names its value in `measures`
/// ([K] by metric id), null where there is none or it is not finite.
Json metrics_of(const Json& description, const std::map<std::string, Tensor>& measures,
                std::int64_t row);

/// Whether no row is left to go on with.
bool all_failed(const std::vector<RowOutcome>& outcomes);

/// Marks a row as failed when it has not failed before.
void fail(RowOutcome& outcome, std::string kind, std::string phase, std::string message);

}  // namespace assay
