// The methods of in-tree plugins, for tests that take them as their libraries, the way a worker has
// them.
#pragma once

#include <assay/plugin.h>

#include <string>

namespace assay::test {

/// The method of an in-tree plugin ("xent"), loaded once. Throws Error when it cannot be loaded.
const MethodEntry& plugin_method(const std::string& name);

}  // namespace assay::test
