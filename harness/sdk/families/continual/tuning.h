// How a method's strength is chosen, and what plain training costs.
#pragma once

#include "sdk/families/continual/settings.h"

#include <vector>

namespace assay::continual {

/// Chooses each row's value of the tuned parameter by settings.tuning and writes it to `rows`. All
/// candidates train beside one another; what that costs is added to the run's costs. Returns the
/// chosen values; empty where nothing is tuned (policy "fixed", or a method without the parameter).
/// A row none of whose candidates could be trained fails. Throws Error when the parameter is not
/// per_row.
std::vector<double> tune(const CellJob& job, const Settings& settings, std::vector<CellRow>& rows,
                         Run& run);

/// Floating-point operations of training on every task once, by the problem's recipe on `items`
/// training items a task, and nothing else.
double plain_flops(const Problem& problem, std::int64_t items);

}  // namespace assay::continual
