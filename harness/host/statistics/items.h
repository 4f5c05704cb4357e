// What the items of one test set say about trained models that are fixed: would another test set
// change this? Nothing here covers another training run; scores of several seeds are no
// proportions.
#pragma once

#include "host/statistics/estimate.h"

#include <cstddef>
#include <vector>

namespace assay {

/// Wilson's (1927) interval of a proportion, within [0, 1]; all of [0, 1] without trials. Throws
/// Error for more successes than trials.
Interval wilson_interval(std::size_t successes, std::size_t trials,
                         double level = significance_level);

/// Exact two-sided McNemar test of two models on the same items: b items that only the first has
/// right, c that only the second has. 1 when they agree on every item.
double mcnemar_p(std::size_t b, std::size_t c);

/// Standard error of the mean item score when items come in groups (questions on one text):
/// sqrt(sum_g (sum_{i in g} (s_i - mean))^2) / n (Miller, arXiv 2411.00640). Groups of one item
/// give the plain standard error with divisor n. Not a number without items.
double clustered_standard_error(const std::vector<std::vector<double>>& scores_by_group);

}  // namespace assay
