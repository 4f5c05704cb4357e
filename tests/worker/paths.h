// Where the plugins of these tests are.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace assay {

inline std::filesystem::path in_build(const std::string& name) {
  return std::filesystem::path(ASSAY_TEST_BIN_DIR).parent_path() / name;
}
inline std::filesystem::path fault(const std::string& name) {
  return std::filesystem::canonical(in_build("tests/faults/fault_" + name + ".so"));
}
inline std::filesystem::path broken_fault(const std::string& name) {
  return std::filesystem::canonical(in_build("tests/faults/broken/fault_" + name + ".so"));
}
inline std::filesystem::path good_plugin(const std::string& name) {
  return std::filesystem::canonical(in_build("lib/assay/plugins/" + name + ".so"));
}

}  // namespace assay
