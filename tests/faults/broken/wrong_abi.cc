// As if built with another compiler against another LibTorch: its ABI block says so, in the section
// and in the descriptor, and a constructor that runs at dlopen shows whether it was loaded all the same.
#include <assay/plugin.h>

#include <cstdlib>

namespace {

constexpr assay::AbiBlock foreign_abi() {
  assay::AbiBlock abi = assay::this_abi();
  assay::detail::copy_text(abi.compiler, "gcc 9");
  assay::detail::copy_text(abi.torch, "2.12.0+cpu");
  abi.size_context = static_cast<std::uint16_t>(abi.size_context + 8);
  return abi;
}

[[gnu::constructor]] void must_not_run() { std::abort(); }

}  // namespace

extern const assay::AbiBlock assay_abi_block;
__attribute__((section(".assay_abi"), used, retain)) constinit const assay::AbiBlock
    assay_abi_block = foreign_abi();

extern "C" __attribute__((visibility("default"))) const assay::PluginDescriptor*
assay_plugin_v1() noexcept {
  static const assay::PluginDescriptor descriptor = {foreign_abi(), "wrong_abi", "0", 0,
                                                     nullptr,       0,           nullptr, {}};
  return &descriptor;
}
