#include "worker/plugin_loader.h"

#include "worker/abi_check.h"
#include "worker/elf_section.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>
#include <assay/common/text.h>

#include <boost/dll/shared_library.hpp>
#include <cxxabi.h>
#include <dlfcn.h>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

namespace assay {

namespace fs = std::filesystem;

namespace {

Error plugin_error(const fs::path& file, const std::string& what) {
  return Error(file.string() + ": " + what);
}

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : symbol;
}

// What dlopen said, with what to do where a cause is known.
Error load_failure(const fs::path& file, const std::string& boost_message) {
  std::string text = dlerror_text(boost_message);
  const std::string prefix = file.string() + ": ";
  if (text.rfind(prefix, 0) == 0) text.erase(0, prefix.size());
  const std::string undefined = "undefined symbol: ";
  if (const auto at = text.find(undefined); at != std::string::npos) {
    const std::string symbol = text.substr(at + undefined.size());
    return plugin_error(file, "it needs a symbol that neither this Assay nor its LibTorch has: " +
                                  demangled(symbol.substr(0, symbol.find_first_of(", "))) + "\n" +
                                  how_to_rebuild());
  }
  return plugin_error(file, "it cannot be loaded: " + text);
}

void check_abi_section(const fs::path& file, std::string_view content) {
  std::string_view section;
  try {
    section = elf_section(content, ".assay_abi");
  } catch (const Error& error) {
    throw plugin_error(file, std::string("not an Assay plugin: ") + error.what() +
                                 ". A plugin is a shared library made by assay_add_plugin, with one "
                                 "ASSAY_METHOD(...) in its source");
  }
  const auto differences = abi_differences(section, this_abi());
  if (differences.empty()) return;
  throw plugin_error(file, "built for another Assay:\n  " + join(differences, "\n  ") + "\n" +
                               how_to_rebuild());
}

const PluginDescriptor* open(const fs::path& file) {
  // Never unloaded: a tensor whose autograd node lives in an unloaded library crashes in backward.
  // Local: a plugin must not call another's functions. Boost.DLL has no name for RTLD_NODELETE, but
  // hands the bits to dlopen as they are.
  const auto mode = static_cast<boost::dll::load_mode::type>(
      boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local | RTLD_NODELETE);
  try {
    auto* library = new boost::dll::shared_library(file, mode);  // leaked on purpose
    if (!library->has(plugin_symbol)) {
      throw plugin_error(file, std::string("not an Assay plugin: it does not export ") + plugin_symbol +
                                   ", which ASSAY_METHOD(...) defines");
    }
    return library->get<const PluginDescriptor*()>(plugin_symbol)();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw load_failure(file, error.what());
  }
}

void check_descriptor(const fs::path& file, const PluginDescriptor* descriptor) {
  if (descriptor == nullptr) throw plugin_error(file, "its entry point returned nothing");
  const auto differences = abi_differences(descriptor->abi, this_abi());
  if (!differences.empty()) {
    throw plugin_error(file, "its descriptor differs from its section .assay_abi:\n  " +
                                 join(differences, "\n  ") + "\n" + how_to_rebuild());
  }
  if (descriptor->name == nullptr || descriptor->version == nullptr ||
      (descriptor->method_count > 0 && descriptor->methods == nullptr)) {
    throw plugin_error(file, "its descriptor is incomplete. " + how_to_rebuild());
  }
  for (std::uint32_t i = 0; i < descriptor->method_count; ++i) {
    const MethodEntry& method = descriptor->methods[i];
    if (method.struct_size != sizeof(MethodEntry) || method.family == nullptr ||
        method.describe == nullptr || method.create == nullptr || method.destroy == nullptr) {
      throw plugin_error(file, "its method " + std::to_string(i) + " is incomplete. " +
                                   how_to_rebuild());
    }
  }
}

}  // namespace

std::string dlerror_text(const std::string& boost_message) {
  const std::string begin = "dlerror system message: ", end = "): ";
  const auto from = boost_message.find(begin);
  if (from == std::string::npos) return boost_message;
  const std::string rest = boost_message.substr(from + begin.size());
  return rest.substr(0, rest.rfind(end));
}

const LoadedPlugin& load_plugin(const fs::path& file) {
  static auto& loaded = *new std::map<fs::path, LoadedPlugin>();  // outlives every static destructor
  std::error_code failure;
  const fs::path path = fs::canonical(file, failure);
  if (failure) throw plugin_error(file, failure.message());
  if (const auto found = loaded.find(path); found != loaded.end()) return found->second;
  if (!fs::is_regular_file(path)) throw plugin_error(file, "not a file");

  const std::string content = read_file(path);
  check_abi_section(path, content);
  const PluginDescriptor* descriptor = open(path);
  check_descriptor(path, descriptor);
  return loaded.emplace(path, LoadedPlugin{path, hash_bytes(content), descriptor}).first->second;
}

const LoadedPlugin& load_plugin(const fs::path& file, const std::string& hash) {
  // Checked before its code runs, and again after: the library may be an earlier one, still loaded.
  if (hash_file(file) != hash || load_plugin(file).hash != hash) {
    throw plugin_error(file, "the plugin has changed since planning: run the command again");
  }
  return load_plugin(file);
}

const MethodEntry& find_method(const LoadedPlugin& plugin, const std::string& id) {
  std::vector<std::string> known;
  for (std::uint32_t i = 0; i < plugin.descriptor->method_count; ++i) {
    const MethodEntry& method = plugin.descriptor->methods[i];
    known.push_back(method.describe().id);
    if (known.back() == id) return method;
  }
  throw plugin_error(plugin.file, "it has no method '" + id + "'; it has: " +
                                      (known.empty() ? "none" : join(known, ", ")));
}

}  // namespace assay
