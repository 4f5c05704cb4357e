// Loads plugins: once, with every check before the first call, and for good.
#pragma once

#include <assay/plugin.h>

#include <filesystem>
#include <string>

namespace assay {

struct LoadedPlugin {
  std::filesystem::path file;  ///< canonical
  std::string hash;            ///< of the content that was checked and loaded
  const PluginDescriptor* descriptor = nullptr;
};

/// Loads `file`, or returns it from an earlier call. Its ABI block is read from the file and compared
/// before dlopen: with RTLD_NOW a stale plugin otherwise dies of an undefined symbol before it could
/// be asked. Throws Error: the file, what is wrong with it, what to do.
const LoadedPlugin& load_plugin(const std::filesystem::path& file);

/// Loads `file` for a job that was planned with the content `hash`; throws Error when it has changed.
const LoadedPlugin& load_plugin(const std::filesystem::path& file, const std::string& hash);

/// The method `id` of a plugin. Throws Error listing the plugin's methods when there is none.
const MethodEntry& find_method(const LoadedPlugin& plugin, const std::string& id);

/// The text of the dynamic linker's message inside a Boost.DLL error, which adds a misleading tail.
std::string dlerror_text(const std::string& boost_message);

}  // namespace assay
