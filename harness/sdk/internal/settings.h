// Resolved settings of a suite as the SDK's own types: the inverse of network_setting() and
// recipe_settings(). Missing keys keep the type's defaults.
#pragma once

#include <assay/common/parameters_json.h>
#include <assay/network.h>
#include <assay/train.h>

namespace assay {

NetworkSpec network_spec(const Json& settings);
Recipe recipe_from(const Json& settings);

}  // namespace assay
