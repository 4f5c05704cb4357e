// How large a difference is, beside whether it is told from zero. The raw difference comes first.
#pragma once

#include <vector>

namespace assay {

/// mean / sd of paired differences; 0 when all are zero. Not a number below two, and for
/// differences that are all equal and not zero. Values that are not finite are left out.
double standardized_difference(const std::vector<double>& differences);

/// Cliff's delta from the probability of improvement: 2 p - 1, from -1 to 1.
double cliffs_delta(double probability_of_improvement);

/// "negligible" below .147 in size, "small" below .33, "medium" below .474, else "large" (Romano et
/// al. 2006; autorank). "unknown" for what is not a number.
const char* effect_size_word(double cliffs_delta);

}  // namespace assay
