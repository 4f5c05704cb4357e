#include "host/registry/catalogue.h"
#include "host/registry/worker_call.h"

#include "fake_prefix.h"

#include <assay/common/error.h>
#include <assay/common/hash.h>

#include <catch2/catch.hpp>

using namespace assay;

namespace {

const std::string families = R"({"build":{"torch":"1"},"families":[{"id":"f"},{"id":"g"}]})";

std::string broken_reason(const Catalogue& catalogue, const fs::path& file) {
  for (const BrokenPlugin& plugin : catalogue.broken) {
    if (plugin.file == file) return plugin.reason;
  }
  return "(not broken)";
}

}  // namespace

TEST_CASE("methods come with their file and its hash, families by id") {
  const FakePrefix prefix;
  prefix.worker(families);
  const fs::path one = prefix.write("lib/assay/plugins/one.so", good_plugin("one"));
  prefix.write("lib/assay/plugins/notes.txt", "not looked at");
  const Catalogue catalogue = load_catalogue({prefix / "lib/assay/plugins", prefix / "missing"});
  CHECK(catalogue.build["torch"] == "1");
  REQUIRE(catalogue.families.size() == 2);
  REQUIRE(catalogue.methods.size() == 1);
  const Json& method = catalogue.methods.at("one");
  CHECK(method["file"] == one.string());
  CHECK(method["plugin_hash"] == hash_file(one));
  CHECK(method["plugin"] == "one");
  CHECK(catalogue.broken.empty());
}

TEST_CASE("a second catalogue asks nobody; a change asks again, a touch does not") {
  const FakePrefix prefix;
  prefix.worker(families);
  const fs::path folder = prefix / "lib/assay/plugins";
  const fs::path one = prefix.write("lib/assay/plugins/one.so", good_plugin("one"));
  prefix.write("lib/assay/plugins/two.so", good_plugin("two"));
  load_catalogue({folder});
  REQUIRE(prefix.calls() == "FD");
  load_catalogue({folder});
  CHECK(prefix.calls() == "FD");

  fs::last_write_time(one, fs::last_write_time(one) + std::chrono::seconds(5));
  load_catalogue({folder});
  CHECK(prefix.calls() == "FD");

  prefix.write("lib/assay/plugins/one.so", good_plugin("uno"));
  CHECK(load_catalogue({folder}).methods.count("uno") == 1);
  CHECK(prefix.calls() == "FDD");

  // Another library may describe everything differently.
  prefix.write("lib/libassay.so", "library 2");
  load_catalogue({folder});
  CHECK(prefix.calls() == "FDDFD");
}

TEST_CASE("a damaged cache is made anew") {
  const FakePrefix prefix;
  prefix.worker(families);
  prefix.write("lib/assay/plugins/one.so", good_plugin("one"));
  load_catalogue({prefix / "lib/assay/plugins"});
  for (const auto& entry : fs::directory_iterator(prefix / "cache")) {
    write_unpublished(entry.path(), "{\"format\": 3");
  }
  const Catalogue catalogue = load_catalogue({prefix / "lib/assay/plugins"});
  CHECK(catalogue.methods.count("one") == 1);
  CHECK(catalogue.families.count("g") == 1);
}

TEST_CASE("a crash costs only the plugin that crashes") {
  const FakePrefix prefix;
  prefix.worker(families);
  const fs::path folder = prefix / "lib/assay/plugins";
  prefix.write("lib/assay/plugins/a.so", good_plugin("a"));
  const fs::path crash = prefix.write("lib/assay/plugins/b.so", R"(echo last words >&2
echo 'assay-worker: died of signal 11' >&2
echo '/lib/libc.so.6(+0x1)' >&2
kill -SEGV $$
)");
  const fs::path error =
      prefix.write("lib/assay/plugins/c.so", R"(echo "{\"file\":\"$FILE\",\"error\":\"$FILE: why\"}")");
  prefix.write("lib/assay/plugins/d.so", good_plugin("d"));
  const Catalogue catalogue = load_catalogue({folder});
  CHECK(catalogue.methods.size() == 2);
  CHECK(catalogue.methods.count("d") == 1);
  REQUIRE(catalogue.broken.size() == 2);
  CHECK(broken_reason(catalogue, crash) ==
        "describing it ended the worker: signal 11 (Segmentation fault); it wrote:\n  last words");
  CHECK(broken_reason(catalogue, error) == "why");

  // Remembered as broken, until somebody asks to try again.
  const std::string before = prefix.calls();
  CHECK(load_catalogue({folder}).broken.size() == 2);
  CHECK(prefix.calls() == before);
  load_catalogue({folder}, {.retry_broken = true});
  CHECK(prefix.calls().size() > before.size());
}

TEST_CASE("a plugin that ends the process quietly is broken too") {
  const FakePrefix prefix;
  prefix.worker(families);
  const fs::path quiet = prefix.write("lib/assay/plugins/b.so", "exit 0\n");
  CHECK(broken_reason(load_catalogue({prefix / "lib/assay/plugins"}), quiet) ==
        "describing it ended the worker: exit status 0");
}

TEST_CASE("a plugin that hangs is broken, with the time it was given") {
  const FakePrefix prefix;
  prefix.worker(families);
  const fs::path hang = prefix.write("lib/assay/plugins/hang.so", "sleep 60\n");
  const CatalogueOptions options{.time_limit = std::chrono::milliseconds(500)};
  CHECK(broken_reason(load_catalogue({prefix / "lib/assay/plugins"}, options), hang) ==
        "describing it ended the worker: no answer in 0.5 s");
  // That may have been the machine: it is asked again, unlike one that crashes.
  const std::string before = prefix.calls();
  load_catalogue({prefix / "lib/assay/plugins"}, options);
  CHECK(prefix.calls().size() > before.size());
}

TEST_CASE("a plugin that is replaced while it is described is asked again") {
  const FakePrefix prefix;
  prefix.worker(families);
  const fs::path folder = prefix / "lib/assay/plugins";
  // Answers as the old file, and is the new one afterwards.
  prefix.write("lib/assay/plugins/one.so", good_plugin("old") + "cp '" + (prefix / "new").string() +
                                               "' \"$FILE\"\n");
  prefix.write("new", good_plugin("new"));
  const Catalogue first = load_catalogue({folder});
  CHECK(first.methods.empty());
  REQUIRE(first.broken.size() == 1);
  CHECK(first.broken[0].reason == "it changed while it was read: run again");
  CHECK(load_catalogue({folder}).methods.count("new") == 1);
}

TEST_CASE("workers get no variable that changes results without being in a key") {
  const FakePrefix prefix;
  prefix.write("bin/assay-worker", "#!/bin/sh\nprintf '[\"%s%s%s\"]' \"$OMP_NUM_THREADS\" \"$MKL_CBWR\" "
                                   "\"$ATEN_CPU_CAPABILITY\"\n");
  fs::permissions(prefix / "bin/assay-worker", fs::perms::owner_all);
  ::setenv("MKL_CBWR", "COMPATIBLE", 1);
  ::setenv("ATEN_CPU_CAPABILITY", "default", 1);
  CHECK(ask_worker({"--probe"}) == Json::parse("[\"1\"]"));
  ::unsetenv("MKL_CBWR");
  ::unsetenv("ATEN_CPU_CAPABILITY");
}

TEST_CASE("two libraries with one method are an error that names both") {
  const FakePrefix prefix;
  prefix.worker(families);
  const fs::path first = prefix.write("lib/assay/plugins/one.so", good_plugin("same"));
  const fs::path second = prefix.write("more/other.so", good_plugin("same"));
  CHECK_THROWS_WITH(load_catalogue({prefix / "lib/assay/plugins", prefix / "more"}),
                    "two plugins provide the method 'same':\n  " + first.string() + "\n  " +
                        second.string() + "\nRemove one of the files, or give one method another id");
}

TEST_CASE("one file found twice through links is one plugin") {
  const FakePrefix prefix;
  prefix.worker(families);
  const fs::path one = prefix.write("lib/assay/plugins/one.so", good_plugin("one"));
  fs::create_symlink(one, prefix / "more/link.so");
  fs::create_directory_symlink(prefix / "more", prefix / "again");
  fs::create_symlink(prefix / "nowhere", prefix / "more/dangling.so");
  const Catalogue catalogue =
      load_catalogue({prefix / "lib/assay/plugins", prefix / "more", prefix / "again"});
  CHECK(catalogue.methods.size() == 1);
  CHECK(catalogue.broken.empty());
}

TEST_CASE("a cache folder that cannot be written only costs time") {
  const FakePrefix prefix;
  prefix.worker(families);
  prefix.write("lib/assay/plugins/one.so", good_plugin("one"));
  prefix.write("file", "");
  ::setenv("ASSAY_CACHE", (prefix / "file/below").c_str(), 1);
  CHECK(load_catalogue({prefix / "lib/assay/plugins"}).methods.size() == 1);
  CHECK(load_catalogue({prefix / "lib/assay/plugins"}).methods.size() == 1);
}

TEST_CASE("a worker that is missing or cannot start says what to do") {
  const FakePrefix prefix;
  CHECK_THROWS_WITH(load_catalogue({}), "the worker program " + (prefix / "bin/assay-worker").string() +
                                            " is missing: the installation is not complete. Build or "
                                            "install Assay again");
  prefix.worker(families);
  prefix.write("bin/assay-worker", R"(#!/bin/sh
echo "/x/bin/assay-worker: error while loading shared libraries: libtorch_cpu.so: cannot open shared object file: No such file or directory" >&2
exit 127
)");
  CHECK_THROWS_WITH(load_catalogue({}),
                    "the worker cannot start: libtorch_cpu.so: cannot open shared object file: No such "
                    "file or directory. `assay doctor` shows what is missing and how to mend it");
}
