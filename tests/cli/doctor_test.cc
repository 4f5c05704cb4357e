#include "command.h"

#include <assay/common/parameters_json.h>

#include <catch2/catch.hpp>

using namespace assay;

namespace {

// What `assay doctor --json` says about one thing.
Json check(const std::string& id, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"doctor", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const ProcessResult result = command(arguments);
  INFO(result.err);
  const Json document = Json::parse(result.out);
  for (const Json& one : document.at("checks")) {
    if (one.at("id") == id) return one;
  }
  return Json::object();
}

void worker_of_speed(const FakePrefix& prefix, const std::string& gflops) {
  prefix.worker(R"({"build":{},"families":[]})");
  std::string script = read_file(prefix / "bin/assay-worker");
  script.insert(script.find("  --families)"),
                R"(  --probe) echo '{"build":{"cpu_capability":"AVX2","torch":"9"},"threads":1,"gflops":)" +
                    gflops + "}' ;;\n");
  prefix.write("bin/assay-worker", script);
}

}  // namespace

TEST_CASE("a missing LibTorch is a failure that says how to mend it") {
  const FakePrefix prefix;
  worker_of_speed(prefix, "60");
  Json libtorch = check("libtorch");
  CHECK(libtorch["health"] == "fail");
  CHECK(libtorch["text"] == (prefix / "lib/assay/torch").string() + " is missing");
  CHECK(libtorch["mend"].get<std::string>().find("run `assay doctor --relink DIR`") == 0);
  fs::create_directory_symlink(prefix / "nowhere", prefix / "lib/assay/torch");
  CHECK(check("libtorch")["text"] == (prefix / "lib/assay/torch").string() + " leads to " +
                                         (prefix / "nowhere").string() + ", which is not there");
  CHECK(command({"doctor"}).exit_status == 1);
}

TEST_CASE("another LibTorch than the one Assay was built with is a failure") {
  const FakePrefix prefix;
  worker_of_speed(prefix, "60");
  fs::create_directories(prefix / "torch/lib");
  prefix.write("torch/lib/libtorch_cpu.so", "");
  prefix.write("torch/lib/libc10.so", "");
  prefix.write("torch/version.py", "__version__ = '1.0.0+cpu'\n");
  fs::create_directory_symlink(prefix / "torch/lib", prefix / "lib/assay/torch");
  const Json libtorch = check("libtorch");
  CHECK(libtorch["health"] == "fail");
  CHECK(libtorch["text"].get<std::string>().find(" is LibTorch 1.0.0+cpu, this Assay was built with ") !=
        std::string::npos);
  const ProcessResult refused = command({"doctor", "--relink", (prefix / "torch").string()});
  CHECK(refused.exit_status == 2);
  CHECK(refused.err.find("is LibTorch 1.0.0+cpu, but this Assay was built with") != std::string::npos);
}

TEST_CASE("a worker that cannot start names what the loader misses, and the rest is still checked") {
  const FakePrefix prefix;
  // The real worker, in a prefix that has neither LibTorch nor the library it wants.
  fs::copy_file(fs::path(ASSAY_TEST_BIN_DIR) / "assay-worker", prefix / "bin/assay-worker");
  const Json worker = check("worker");
  CHECK(worker["health"] == "fail");
  const auto text = worker["text"].get<std::string>();
  CHECK(text.find("cannot start: the loader does not find ") == 0);
  CHECK(text.find("libtorch_cpu.so") != std::string::npos);
  CHECK(text.find("libassay.so") != std::string::npos);
  CHECK(text.find("libc.so") == std::string::npos);
  CHECK(check("plugins")["text"] == "not examined: the worker does not start");
  CHECK(check("cache")["health"] == "ok");
  fs::remove(prefix / "bin/assay-worker");
  CHECK(check("worker")["text"] == (prefix / "bin/assay-worker").string() + " is missing");
}

TEST_CASE("a slow machine is a warning") {
  const FakePrefix prefix;
  worker_of_speed(prefix, "61.25");
  CHECK(check("speed")["health"] == "ok");
  CHECK(check("speed")["text"] == "61.2 GFLOP/s in single-precision matrix products, one thread");
  worker_of_speed(prefix, "6");
  CHECK(check("speed")["health"] == "warn");
  CHECK(check("device")["text"].get<std::string>().find("cpu, kernels for AVX2; ") == 0);
}

TEST_CASE("broken plugins are warnings, duplicates and a cache that cannot be written failures") {
  const FakePrefix prefix;
  worker_of_speed(prefix, "60");
  const fs::path bad = prefix.write("more/bad.so", "exit 3\n");
  const ProcessResult text = command({"doctor", "--plugin-dir", (prefix / "more").string()});
  CHECK(text.out.find("warn  plugins  " + bad.string() +
                      " is broken: describing it ended the worker: exit status 3\n"
                      "               -> rebuild or remove it\n") != std::string::npos);
  prefix.write("more/a.so", good_plugin("same"));
  prefix.write("more/b.so", good_plugin("same"));
  const Json plugins = check("plugins", {"--plugin-dir", (prefix / "more").string()});
  CHECK(plugins["health"] == "fail");
  CHECK(plugins["text"].get<std::string>().find("two plugins provide the method 'same'") == 0);

  prefix.write("file", "");
  ::setenv("ASSAY_CACHE", (prefix / "file/cache").c_str(), 1);
  CHECK(check("cache")["health"] == "fail");
}

TEST_CASE("a missing data set is a warning with the package that has it") {
  const FakePrefix prefix;
  worker_of_speed(prefix, "60");
  ::setenv("ASSAY_DATA", (prefix / "data").c_str(), 1);
  const Json missing = check("data");
  CHECK(missing["health"] == "warn");
  CHECK(missing["mend"].get<std::string>().find("apt install dataset-fashion-mnist") == 0);
  fs::create_directories(prefix / "data/fashion-mnist");
  for (const char* file : {"train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"}) {
    prefix.write(std::string("data/fashion-mnist/") + file + "-ubyte.gz", "");
  }
  CHECK(check("data")["mend"].get<std::string>().find("apt install fortunes") == 0);
  fs::create_directories(prefix / "data/fortunes");
  for (const char* file : {"computers", "definitions", "literature", "science", "wisdom"}) {
    prefix.write(std::string("data/fortunes/") + file, "");
  }
  CHECK(check("data")["health"] == "ok");
  ::unsetenv("ASSAY_DATA");
}
