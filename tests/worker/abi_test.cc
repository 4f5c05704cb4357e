#include "worker/abi_check.h"

#include "paths.h"
#include "worker/elf_section.h"

#include <assay/common/files.h>

#include <catch2/catch.hpp>
#include <cstring>

using namespace assay;

namespace {

std::string_view bytes_of(const AbiBlock& block) {
  return {reinterpret_cast<const char*>(&block), sizeof block};
}

std::vector<std::string> changed(void (*change)(AbiBlock&)) {
  AbiBlock plugin = this_abi();
  change(plugin);
  return abi_differences(plugin, this_abi());
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an equal block has no differences") {
  CHECK(abi_differences(this_abi(), this_abi()).empty());
  const AbiBlock own = this_abi();
  CHECK(abi_differences(bytes_of(own), own).empty());
}

TEST_CASE("each differing field is one line") {
  const AbiBlock own = this_abi();
  CHECK(changed([](AbiBlock& abi) { assay::detail::copy_text(abi.torch, "2.12.0+cpu"); }) ==
        Lines{std::string("torch: plugin has 2.12.0+cpu, this Assay has ") + own.torch});
  CHECK(changed([](AbiBlock& abi) { assay::detail::copy_text(abi.compiler, "clang 19"); }) ==
        Lines{std::string("compiler: plugin has clang 19, this Assay has ") + own.compiler});
  CHECK(changed([](AbiBlock& abi) { assay::detail::copy_text(abi.stdlib, "libstdc++ cxx11=0"); }) ==
        Lines{"standard library: plugin has libstdc++ cxx11=0, this Assay has libstdc++ cxx11=1"});
  CHECK(changed([](AbiBlock& abi) { assay::detail::copy_text(abi.api_hash, "0123456789abcdef"); }) ==
        Lines{std::string("SDK headers: plugin has 0123456789abcdef, this Assay has ") + own.api_hash});
  CHECK(changed([](AbiBlock& abi) { abi.cplusplus = 201703; }) ==
        Lines{"C++ standard: plugin has 201703, this Assay has 202002"});
  CHECK(changed([](AbiBlock& abi) { abi.size_tensor = 16; }) ==
        Lines{"size of Tensor: plugin has 16, this Assay has 8"});
  CHECK(changed([](AbiBlock& abi) { abi.size_string = 8; }) ==
        Lines{"size of std::string: plugin has 8, this Assay has 32"});
  CHECK(changed([](AbiBlock& abi) { abi.size_context = 1; }) ==
        Lines{"size of Run: plugin has 1, this Assay has " + std::to_string(sizeof(Run))});
  CHECK(changed([](AbiBlock& abi) { abi.build_flags ^= 1 | 4; }).at(0).find(
            "build flags: plugin has _GLIBCXX_DEBUG, ") == 0);
  CHECK(changed([](AbiBlock& abi) {
          assay::detail::copy_text(abi.torch, "1");
          abi.cplusplus = 1;
        }).size() == 2);
}

TEST_CASE("an older minor version of the API is accepted, a newer one and another major are not") {
  AbiBlock plugin = this_abi(), own = this_abi();
  own.api_minor = 3;
  plugin.api_minor = 2;
  CHECK(abi_differences(plugin, own).empty());
  plugin.api_minor = 4;
  CHECK(abi_differences(plugin, own) == Lines{"api: plugin has 1.4, this Assay has 1.3"});
  plugin.api_minor = 0;
  plugin.api_major = 2;
  CHECK(abi_differences(plugin, own) == Lines{"api: plugin has 2.0, this Assay has 1.3"});
}

TEST_CASE("of a block with another size or magic nothing further is read") {
  AbiBlock plugin;
  std::memset(&plugin, 0xff, sizeof plugin);
  const std::string own_size = std::to_string(sizeof(AbiBlock));
  CHECK(abi_differences(plugin, this_abi()) ==
        Lines{"size of the ABI block: plugin has 4294967295, this Assay has " + own_size});
  plugin.struct_size = sizeof plugin;
  CHECK(abi_differences(plugin, this_abi()) ==
        Lines{"magic of the ABI block: plugin has 0xffffffff, this Assay has 0x59534141"});
}

TEST_CASE("sections of any length are compared") {
  const AbiBlock own = this_abi();
  CHECK(abi_differences(std::string_view(), own).at(0).find("size of the ABI block: plugin has 0") == 0);
  CHECK(abi_differences(bytes_of(own).substr(0, 40), own) ==
        Lines{"length of the section .assay_abi: plugin has 40 bytes, this Assay has " +
              std::to_string(sizeof own)});
}

TEST_CASE("texts that do not end or hold control characters are printed safely") {
  AbiBlock plugin = this_abi();
  std::memset(plugin.torch, 'x', sizeof plugin.torch);
  plugin.compiler[0] = '\033';
  const Lines lines = abi_differences(plugin, this_abi());
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("compiler: plugin has ?") == 0);
  CHECK(lines[1].find("torch: plugin has " + std::string(32, 'x') + " (not terminated), ") == 0);
}

TEST_CASE("the macro's block is in the file, optimised or not, hidden and with sections collected") {
  for (const char* name : {"abi_o0.so", "abi_o2.so"}) {
    const std::string file = read_file(in_build("tests/worker_data") / name);
    const std::string_view section = elf_section(file, ".assay_abi");
    INFO(name);
    CHECK(section.size() == sizeof(AbiBlock));
    CHECK(abi_differences(section, this_abi()).empty());
  }
}

TEST_CASE("rebuilding is explained with this installation's prefix") {
  CHECK(how_to_rebuild() == "Rebuild the plugin against this SDK. In its source folder:\n"
                            "  cmake -B build \"-DCMAKE_PREFIX_PATH=" +
                                in_build("bin").parent_path().string() +
                                "\"\n  cmake --build build --clean-first");
}
