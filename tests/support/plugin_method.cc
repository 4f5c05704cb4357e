#include "support/plugin_method.h"

#include <assay/common/error.h>

#include <dlfcn.h>

namespace assay::test {

const MethodEntry& plugin_method(const std::string& name) {
  const std::string file = std::string(ASSAY_TEST_PLUGINS) + "/" + name + ".so";
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw Error(dlerror());
  const auto entry = reinterpret_cast<PluginEntry>(dlsym(library, plugin_symbol));
  if (entry == nullptr) throw Error(file + " has no " + plugin_symbol);
  return entry()->methods[0];
}

}  // namespace assay::test
