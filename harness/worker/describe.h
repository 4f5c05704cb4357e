// Families and plugins as the JSON documents of docs/protocol.md.
#pragma once

#include "worker/plugin_loader.h"

#include <assay/common/parameters_json.h>

namespace assay {

/// {"build", "families"}
Json describe_families();

/// PLUGIN. Throws Error naming the file when a method's description breaks a rule: an id that is
/// none, an unknown family, a parameter described twice or with a default outside its own range.
Json describe_plugin(const LoadedPlugin& plugin);

}  // namespace assay
