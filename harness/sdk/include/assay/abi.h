// The ABI block: what a plugin was built with. It lies in the plugin's ELF section `.assay_abi`, is
// read from the file before dlopen, and is compared field by field with the worker's own.
#pragma once

#include <assay/run.h>
#include <assay/tensor.h>
#include <assay/version.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace assay {

inline constexpr std::uint32_t abi_magic = 0x59534141;  // "AASY"

struct AbiBlock {
  std::uint32_t struct_size;
  std::uint32_t magic;
  std::uint16_t api_major, api_minor;  ///< major equal, plugin's minor <= host's
  char api_hash[17];                   ///< of the public headers: equal
  char compiler[24];                   ///< "gcc 12"
  char stdlib[24];                     ///< "libstdc++ cxx11=1"
  char torch[32];                      ///< "2.13.0+cpu"
  std::uint32_t cplusplus;
  std::uint16_t size_tensor, size_string, size_context;
  std::uint16_t build_flags;           ///< 1 _GLIBCXX_DEBUG, 2 address sanitizer, 4 thread sanitizer
};

namespace detail {

template <std::size_t N>
constexpr void copy_text(char (&to)[N], const char* from) {
  std::size_t i = 0;
  for (; i + 1 < N && from[i] != '\0'; ++i) to[i] = from[i];
  for (; i < N; ++i) to[i] = '\0';
}

constexpr std::uint16_t build_flags() {
  std::uint16_t flags = 0;
#ifdef _GLIBCXX_DEBUG
  flags |= 1;
#endif
#ifdef __SANITIZE_ADDRESS__
  flags |= 2;
#endif
#ifdef __SANITIZE_THREAD__
  flags |= 4;
#endif
  return flags;
}

}  // namespace detail

#define ASSAY_TEXT_OF(x) #x
#define ASSAY_TEXT(x) ASSAY_TEXT_OF(x)
#if defined(__clang__)
#define ASSAY_COMPILER "clang " ASSAY_TEXT(__clang_major__)
#else
#define ASSAY_COMPILER "gcc " ASSAY_TEXT(__GNUC__)
#endif

/// The block of the translation unit that asks.
constexpr AbiBlock this_abi() {
  AbiBlock abi{};
  abi.struct_size = sizeof(AbiBlock);
  abi.magic = abi_magic;
  abi.api_major = ASSAY_API_MAJOR;
  abi.api_minor = ASSAY_API_MINOR;
  detail::copy_text(abi.api_hash, ASSAY_API_HASH);
  detail::copy_text(abi.compiler, ASSAY_COMPILER);
  detail::copy_text(abi.stdlib, "libstdc++ cxx11=" ASSAY_TEXT(_GLIBCXX_USE_CXX11_ABI));
  detail::copy_text(abi.torch, ASSAY_TORCH_BUILD);
  abi.cplusplus = __cplusplus;
  abi.size_tensor = sizeof(at::Tensor);
  abi.size_string = sizeof(std::string);
  abi.size_context = sizeof(Run);
  abi.build_flags = detail::build_flags();
  return abi;
}

}  // namespace assay
