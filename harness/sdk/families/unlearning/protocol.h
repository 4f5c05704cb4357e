// A method's problem, from published stages.
#pragma once

#include "sdk/families/support/stage_reader.h"
#include "sdk/families/unlearning/models.h"

#include <assay/unlearning.h>

namespace assay::unlearning {

/// What the method `info` sees, rows = seeds x settings.models. Oracles and attribution are there
/// for methods that declared them; throws Error, naming the setting, where the benchmark has none.
/// A row whose stages failed gets an original of zeros, so that the cohort's other rows keep their
/// company and with it their bits.
Problem make_problem(const Settings& settings, const Maker& maker, const Seeds& seeds,
                     const StageReader& stages, const MethodInfo& info);

/// Models of a stage as a cohort, [S x each, P].
Model stage_models(const Maker& maker, const StageReader& stages, const std::string& stage);

}  // namespace assay::unlearning
