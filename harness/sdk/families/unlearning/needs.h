// What a method's answer must look like.
#pragma once

#include <assay/unlearning.h>

#include <string>

namespace assay::unlearning {

/// What is wrong with an answer as a whole, or "": a model must have the original's rows, type,
/// device and outputs; only a method that needs("predictor") may return a predictor. Values that
/// are not finite are a row's own failure and not looked at.
std::string answer_breach(const Answer& answer, const Problem& problem, const MethodInfo& info);

}  // namespace assay::unlearning
