// The plugin contract: one exported symbol, a descriptor whose first member is the ABI block.
// Authors write `ASSAY_METHOD(Class)` and nothing else of this.
#pragma once

#include <assay/abi.h>
#include <assay/method.h>

#include <cstdint>

namespace assay {

struct MethodEntry {
  std::uint32_t struct_size;
  const char* family;
  MethodInfo (*describe)();
  /// Returns a pointer to the family's base class (`FamilyBase*`), to be given back to `destroy`.
  void* (*create)(const Parameters& parameters);
  void (*destroy)(void* family_base) noexcept;
  /// Which of the family's optional hooks the class overrides; the family defines the bits. What is not
  /// overridden is never called.
  std::uint32_t hooks;
};

struct PluginDescriptor {
  AbiBlock abi;
  const char* name;       ///< file name without its ending, from the build
  const char* version;
  std::uint32_t method_count;
  const MethodEntry* methods;
  std::uint32_t task_count;  ///< tasks provided by plugins: reserved, zero
  const void* tasks;
  const void* reserved[4];
};

/// Type of the one exported symbol.
using PluginEntry = const PluginDescriptor* (*)();
inline constexpr const char* plugin_symbol = "assay_plugin_v1";

namespace detail {

template <class M>
constexpr std::uint32_t overridden_hooks() {
  if constexpr (requires { M::FamilyBase::template overridden_hooks<M>(); }) {
    return M::FamilyBase::template overridden_hooks<M>();
  }
  return 0;
}

template <class M>
MethodEntry method_entry() {
  using Base = typename M::FamilyBase;
  return {sizeof(MethodEntry), Base::family, &M::describe,
          [](const Parameters& parameters) -> void* {
            return static_cast<Base*>(new M(parameters));
          },
          [](void* method) noexcept { delete static_cast<Base*>(method); },
          overridden_hooks<M>()};
}

}  // namespace detail

}  // namespace assay

#ifndef ASSAY_PLUGIN_NAME
#define ASSAY_PLUGIN_NAME "plugin"
#endif
#ifndef ASSAY_PLUGIN_VERSION
#define ASSAY_PLUGIN_VERSION "0"
#endif

/// Makes this library a plugin that provides the method `Class`, which has
/// `static assay::MethodInfo describe()` and a constructor from `const assay::Parameters&`.
/// Once per library, at namespace scope. (The attributes stand at the definition of the ABI block: at its
/// declaration GCC ignores `used` and `retain`, and the linker may then drop the section.)
#define ASSAY_METHOD(Class)                                                                   \
  extern const ::assay::AbiBlock assay_abi_block;                                             \
  __attribute__((section(".assay_abi"), used, retain)) constinit const ::assay::AbiBlock      \
      assay_abi_block = ::assay::this_abi();                                                  \
  extern "C" __attribute__((visibility("default"))) const ::assay::PluginDescriptor*          \
  assay_plugin_v1() noexcept {                                                                \
    static const ::assay::MethodEntry methods[] = {::assay::detail::method_entry<Class>()};   \
    static const ::assay::PluginDescriptor descriptor = {                                     \
        ::assay::this_abi(), ASSAY_PLUGIN_NAME, ASSAY_PLUGIN_VERSION, 1, methods, 0,          \
        nullptr,             {nullptr, nullptr, nullptr, nullptr}};                           \
    return &descriptor;                                                                       \
  }                                                                                           \
  static_assert(true, "ASSAY_METHOD ends with a semicolon")
