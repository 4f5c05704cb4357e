// How every stage ends: a record of each row, and the file that later jobs read.
#pragma once

#include "sdk/families/support/stage_reader.h"

#include <cstdint>
#include <vector>

namespace assay {

/// What a stage has when it is over.
struct StageResult {
  std::int64_t parameters = 0;  ///< size of its model, for the record
  TensorMap outputs;            ///< what later jobs read, [K, ...] on any device
  TensorMap metrics_K;          ///< one number a row, on the CPU
};

/// Writes `outputs` to the stage's file in job.output, and returns the rows' records. A row has
/// failed where an input's row had, where its training had, and where a tensor of it is not finite.
std::vector<RowOutcome> finish_stage(const StageJob& job, const StageReader& inputs,
                                     const StageResult& made, Run& run);

}  // namespace assay
