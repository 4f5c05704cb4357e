#include "worker/plugin_loader.h"

#include "paths.h"
#include "worker/abi_check.h"
#include "worker/build_info.h"
#include "worker/describe.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <catch2/catch.hpp>
#include <dlfcn.h>

using namespace assay;

namespace {

std::string why_not(const fs::path& file) {
  try {
    load_plugin(file);
    return "(it was loaded)";
  } catch (const Error& error) {
    return error.what();
  }
}

const std::string what_a_plugin_is =
    ". A plugin is a shared library made by assay_add_plugin, with one ASSAY_METHOD(...) in its source";

}  // namespace

TEST_CASE("a plugin is loaded once, for good, and only for itself") {
  const fs::path file = good_plugin("xent");
  const LoadedPlugin& plugin = load_plugin(file);
  CHECK(plugin.file == file);
  CHECK(plugin.hash == hash_file(file));
  CHECK(std::string(plugin.descriptor->name) == "xent");
  CHECK(&load_plugin(file) == &plugin);
  // A relative path and a link are the same plugin.
  const fs::path link = fs::temp_directory_path() / ("assay-link-" + std::to_string(::getpid()) + ".so");
  fs::create_symlink(file, link);
  CHECK(&load_plugin(link) == &plugin);
  fs::remove(link);
  // Its symbols are nobody else's.
  CHECK(::dlsym(RTLD_DEFAULT, plugin_symbol) == nullptr);
  // Still mapped although nobody holds a handle (RTLD_NODELETE).
  void* handle = ::dlopen(file.c_str(), RTLD_NOLOAD | RTLD_NOW);
  REQUIRE(handle != nullptr);
  ::dlclose(handle);
  ::dlclose(handle);
  CHECK(std::string(plugin.descriptor->name) == "xent");
}

TEST_CASE("methods are found by id, or the plugin's are listed") {
  const LoadedPlugin& plugin = load_plugin(good_plugin("xent"));
  CHECK(std::string(find_method(plugin, "xent").family) == "weak_to_strong");
  CHECK_THROWS_WITH(find_method(plugin, "logconf"),
                    plugin.file.string() + ": it has no method 'logconf'; it has: xent");
}

TEST_CASE("a plugin built for another Assay is refused before its code runs") {
  // Its constructor would abort this program.
  const fs::path file = broken_fault("wrong_abi");
  const AbiBlock own = this_abi();
  CHECK(why_not(file) ==
        file.string() + ": built for another Assay:\n"
        "  compiler: plugin has gcc 9, this Assay has " + own.compiler + "\n"
        "  torch: plugin has 2.12.0+cpu, this Assay has " + own.torch + "\n"
        "  size of Run: plugin has " + std::to_string(own.size_context + 8) + ", this Assay has " +
            std::to_string(own.size_context) + "\n" + how_to_rebuild());
}

TEST_CASE("a stale plugin's missing symbol is named as people write it") {
  const fs::path file = broken_fault("stale");
  CHECK(why_not(file) == file.string() +
                             ": it needs a symbol that neither this Assay nor its LibTorch has: "
                             "assay::function_of_last_year(at::Tensor const&)\n" + how_to_rebuild());
}

TEST_CASE("what is no plugin says so") {
  const fs::path library = broken_fault("not_a_plugin");
  CHECK(why_not(library) ==
        library.string() + ": not an Assay plugin: it has no section .assay_abi" + what_a_plugin_is);
  const fs::path no_entry = broken_fault("no_entry");
  CHECK(why_not(no_entry) ==
        no_entry.string() +
            ": not an Assay plugin: it does not export assay_plugin_v1, which ASSAY_METHOD(...) defines");

  const fs::path text = fs::temp_directory_path() / ("assay-text-" + std::to_string(::getpid()) + ".so");
  write_unpublished(text, "INPUT(libc.so.6)\n");
  CHECK(why_not(text) ==
        text.string() + ": not an Assay plugin: it is not an ELF file" + what_a_plugin_is);
  fs::remove(text);
  CHECK(why_not(text) == text.string() + ": No such file or directory");
  CHECK(why_not(fs::temp_directory_path()) == fs::temp_directory_path().string() + ": not a file");
}

TEST_CASE("a file cut short after its section table was read is an error of the loader") {
  // Sections intact, but the bytes that dlopen maps are gone: a program header that lies.
  std::string content = read_file(good_plugin("product"));
  content[32] = '\x7f';  // e_phoff
  content[33] = '\x7f';
  const fs::path file = fs::temp_directory_path() / ("assay-cut-" + std::to_string(::getpid()) + ".so");
  write_unpublished(file, content);
  CHECK(why_not(file).find(file.string() + ": it cannot be loaded: ") == 0);
  CHECK(why_not(file).find("Bad file descriptor") == std::string::npos);
  fs::remove(file);
}

TEST_CASE("a plugin that changed since planning is refused") {
  const fs::path file = good_plugin("logconf");
  CHECK(load_plugin(file, hash_file(file)).file == file);
  CHECK_THROWS_WITH(load_plugin(file, std::string(32, '0')),
                    file.string() + ": the plugin has changed since planning: run the command again");
}

TEST_CASE("the tail that Boost.DLL adds to dlerror's words is dropped") {
  CHECK(dlerror_text("boost::dll::shared_library::load() failed (dlerror system message: /x/q.so: "
                     "undefined symbol: missing_fn): Bad file descriptor") ==
        "/x/q.so: undefined symbol: missing_fn");
  CHECK(dlerror_text("something else") == "something else");
}

TEST_CASE("descriptions that break a rule are refused") {
  const fs::path file = broken_fault("bad_description");
  const std::string begin = file.string() +
                            ": its description failed: method 'fault-bad-description': the default of "
                            "the parameter 'alpha': ";
  try {
    describe_plugin(load_plugin(file));
    FAIL("it was accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find(begin) == 0);
  }
  const fs::path throws = broken_fault("throws_describing");
  CHECK_THROWS_WITH(describe_plugin(load_plugin(throws)),
                    throws.string() +
                        ": its description failed: std::logic_error: no idea what this is");
}

TEST_CASE("a build names the library that is loaded") {
  CHECK(loaded_library() == fs::canonical(in_build("lib/libassay.so")));
  CHECK(build_info()["library_hash"] == hash_file(in_build("lib/libassay.so")));
  CHECK(build_info()["torch"] == ASSAY_TORCH_BUILD);
}
