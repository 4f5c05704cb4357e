// Checks of a recipe before a training starts.
#pragma once

#include <assay/train.h>

#include <cstdint>

namespace assay {

/// Throws Error naming the setting, its rule and its value. `rows` is the cohort's K.
void check_recipe(const Recipe& recipe, std::int64_t rows);

}  // namespace assay
