#include "worker/abi_check.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace assay {

namespace {

// A text field as it may be printed: up to its end, and no byte that a terminal would act on.
template <std::size_t N>
std::string text_of(const char (&field)[N]) {
  std::string text;
  for (char c : field) {
    if (c == '\0') return text;
    text += c >= ' ' && c <= '~' ? c : '?';
  }
  return text + " (not terminated)";
}

std::string flags_text(std::uint16_t flags) {
  std::string text;
  const auto add = [&](std::uint16_t bit, const char* name) {
    if ((flags & bit) == 0) return;
    text += (text.empty() ? "" : ", ") + std::string(name);
    flags = static_cast<std::uint16_t>(flags & ~bit);
  };
  add(1, "_GLIBCXX_DEBUG");
  add(2, "address sanitizer");
  add(4, "thread sanitizer");
  if (flags != 0) text += (text.empty() ? "" : ", ") + std::string("unknown ") + std::to_string(flags);
  return text.empty() ? "none" : text;
}

std::string version_text(const AbiBlock& block) {
  return std::to_string(block.api_major) + "." + std::to_string(block.api_minor);
}

std::string difference(const std::string& field, const std::string& plugin, const std::string& own) {
  return field + ": plugin has " + plugin + ", this Assay has " + own;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> abi_fields(const AbiBlock& block) {
  return {{"api", version_text(block)},
          {"SDK headers", text_of(block.api_hash)},
          {"compiler", text_of(block.compiler)},
          {"standard library", text_of(block.stdlib)},
          {"torch", text_of(block.torch)},
          {"C++ standard", std::to_string(block.cplusplus)},
          {"size of Tensor", std::to_string(block.size_tensor)},
          {"size of std::string", std::to_string(block.size_string)},
          {"size of Run", std::to_string(block.size_context)},
          {"build flags", flags_text(block.build_flags)}};
}

std::vector<std::string> abi_differences(const AbiBlock& plugin, const AbiBlock& own) {
  if (plugin.struct_size != own.struct_size) {
    return {difference("size of the ABI block", std::to_string(plugin.struct_size),
                       std::to_string(own.struct_size))};
  }
  if (plugin.magic != own.magic) {
    char plugin_magic[16], own_magic[16];
    std::snprintf(plugin_magic, sizeof plugin_magic, "0x%08x", plugin.magic);
    std::snprintf(own_magic, sizeof own_magic, "0x%08x", own.magic);
    return {difference("magic of the ABI block", plugin_magic, own_magic)};
  }
  std::vector<std::string> differences;
  const auto theirs = abi_fields(plugin), ours = abi_fields(own);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    // An Assay that only gained functions still runs plugins built before.
    const bool older_api = i == 0 && plugin.api_major == own.api_major &&
                           plugin.api_minor <= own.api_minor;
    if (older_api || theirs[i].second == ours[i].second) continue;
    differences.push_back(difference(ours[i].first, theirs[i].second, ours[i].second));
  }
  return differences;
}

std::vector<std::string> abi_differences(std::string_view section, const AbiBlock& own) {
  AbiBlock block{};
  // Even of a block of another size the first two fields are read, so that they can be named.
  std::memcpy(&block, section.data(), std::min(section.size(), sizeof block));
  const bool says_complete = block.struct_size == own.struct_size && block.magic == own.magic;
  if (says_complete && section.size() < sizeof block) {
    return {difference("length of the section .assay_abi", std::to_string(section.size()) + " bytes",
                       std::to_string(sizeof block))};
  }
  return abi_differences(block, own);
}

std::string how_to_rebuild() {
  std::error_code failure;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failure);
  const std::string prefix = failure ? "PREFIX" : self.parent_path().parent_path().string();
  return "Rebuild the plugin against this SDK. In its source folder:\n"
         "  cmake -B build \"-DCMAKE_PREFIX_PATH=" + prefix + "\"\n"
         "  cmake --build build --clean-first";
}

}  // namespace assay
