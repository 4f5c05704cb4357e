#include "cli/doctor_checks.h"

#include "host/install/installation.h"
#include "host/install/libtorch.h"
#include "host/registry/catalogue.h"
#include "host/registry/worker_call.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace assay::cli {

namespace {

// sgemm of a reference BLAS gives about 6 GFLOP/s a core, an optimised one 65 to 104.
constexpr double slow_gflops = 15;
constexpr std::uintmax_t little_space = std::uintmax_t{1} << 30;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string relink_advice() {
  return std::string("run `assay doctor --relink DIR`, DIR being the folder 'torch' of an installed "
                     "wheel of LibTorch ") + built_with_torch() +
         ", or a virtual environment that has it";
}

Check check_libtorch(const Installation& installation) {
  const fs::path& link = installation.torch;
  std::error_code failure;
  const fs::path target = fs::canonical(link, failure);
  if (failure) {
    const bool dangling = fs::is_symlink(fs::symlink_status(link));
    return {"libtorch", Health::fail,
            dangling ? link.string() + " leads to " + fs::read_symlink(link).string() +
                           ", which is not there"
                     : link.string() + " is missing",
            relink_advice()};
  }
  for (const char* library : {"libtorch_cpu.so", "libc10.so"}) {
    if (!fs::exists(target / library)) {
      return {"libtorch", Health::fail, target.string() + " has no " + library, relink_advice()};
    }
  }
  const std::string version = libtorch_version(target);
  if (version != built_with_torch()) {
    return {"libtorch", Health::fail,
            target.string() + " is LibTorch " + (version.empty() ? "of unknown version" : version) +
                ", this Assay was built with " + built_with_torch(),
            relink_advice()};
  }
  return {"libtorch", Health::ok, version + " in " + target.string(), ""};
}

// The loader lists what a program needs instead of running it, as ldd does.
std::vector<std::string> missing_libraries(const fs::path& program) {
  const ProcessResult result =
      run_process({program.string()}, {.environment = {"LD_TRACE_LOADED_OBJECTS=1"}});
  std::vector<std::string> missing;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const auto end = line.find(" => not found");
    const auto begin = line.find_first_not_of(" \t");
    if (end != std::string::npos) missing.push_back(line.substr(begin, end - begin));
  }
  return missing;
}

// Starts the worker; `answer` is what it said of itself.
Check check_worker(const Installation& installation, Json& answer) {
  if (!fs::exists(installation.worker)) {
    return {"worker", Health::fail, installation.worker.string() + " is missing",
            "build or install Assay again"};
  }
  const auto missing = missing_libraries(installation.worker);
  if (!missing.empty()) {
    return {"worker", Health::fail, "cannot start: the loader does not find " + join(missing, ", "),
            "mend libtorch above; a library that is not part of it comes from a system package (for "
            "CUDA builds of LibTorch: NVIDIA's)"};
  }
  try {
    answer = ask_worker({"--probe"}, {.timeout = std::chrono::seconds(60)});
  } catch (const std::exception& error) {
    return {"worker", Health::fail, error.what(), "build or install Assay again"};
  }
  const Json& build = answer.at("build");
  return {"worker", Health::ok,
          "assay " + build.value("assay", "") + ", " + build.value("compiler", "") + ", LibTorch " +
              build.value("torch", ""),
          ""};
}

Check check_device(const Json& answer) {
  const std::string device = answer["build"].value("device", "cpu") + ", kernels for " +
                             answer["build"].value("cpu_capability", "an unknown processor");
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const std::string text = device + "; " + std::to_string(cores) +
                           (cores == 1 ? " core, one worker" : " cores, one worker on each");
  if (answer.value("threads", 1) != 1) {
    return {"device", Health::warn, text + "; workers use " + answer["threads"].dump() + " threads",
            "workers should use one thread each: unset what sets the number of threads"};
  }
  return {"device", Health::ok, text + " with one thread", ""};
}

Check check_speed(const Json& answer) {
  const double gflops = answer.value("gflops", 0.0);
  const std::string text = number(gflops) + " GFLOP/s in single-precision matrix products, one thread";
  if (gflops >= slow_gflops) return {"speed", Health::ok, text, ""};
  return {"speed", Health::warn, text + " (40 to 100 are usual)",
          "the machine is busy, or this LibTorch has a slow BLAS: try again, or use pip's torch wheel"};
}

Check check_cache() {
  try {
    const fs::path folder = cache_folder();
    fs::create_directories(folder);
    const fs::path probe = folder / ("doctor-" + std::to_string(::getpid()));
    write_file(probe, "x");
    fs::remove(probe);
    const std::uintmax_t free = fs::space(folder).available;
    const std::string text = folder.string() + ", " +
                             number(static_cast<double>(free) / (1 << 30)) + " GiB free";
    if (free >= little_space) return {"cache", Health::ok, text, ""};
    return {"cache", Health::warn, text, "make room, or let ASSAY_CACHE name a folder on another disk"};
  } catch (const std::exception& error) {
    return {"cache", Health::fail, error.what(), "let ASSAY_CACHE name a folder that can be written"};
  }
}

std::vector<Check> check_plugins(const std::vector<fs::path>& given) {
  try {
    const Catalogue catalogue = load_catalogue(plugin_folders(given), {.retry_broken = true});
    std::vector<Check> checks = {{"plugins", Health::ok,
                                  "methods: " + std::to_string(catalogue.methods.size()) +
                                      ", families: " + std::to_string(catalogue.families.size()),
                                  ""}};
    if (catalogue.methods.empty()) {
      checks[0].health = Health::warn;
      checks[0].mend = "no plugin was found: name their folder with --plugin-dir or ASSAY_PLUGIN_PATH";
    }
    for (const BrokenPlugin& plugin : catalogue.broken) {
      checks.push_back({"plugins", Health::warn, plugin.file + " is broken: " + plugin.reason,
                        "rebuild or remove it"});
    }
    return checks;
  } catch (const std::exception& error) {
    return {{"plugins", Health::fail, error.what(), "see above"}};
  }
}

Check check_data() {
  const char* given = std::getenv("ASSAY_DATA");
  const bool is_given = given != nullptr && *given != '\0';
  const fs::path folder = fs::path(is_given ? given : "/usr/share/datasets") / "fashion-mnist";
  const fs::path texts = fs::path(is_given ? given : "/usr/share/games") / "fortunes";
  for (const char* file : {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                           "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}) {
    if (fs::exists(folder / file)) continue;
    return {"data", Health::warn, "Fashion-MNIST: there is no " + (folder / file).string(),
            "apt install dataset-fashion-mnist, or let ASSAY_DATA name the folder that contains "
            "fashion-mnist/"};
  }
  for (const char* file : {"computers", "definitions", "literature", "science", "wisdom"}) {
    if (fs::exists(texts / file)) continue;
    return {"data", Health::warn, "fortunes: there is no " + (texts / file).string(),
            "apt install fortunes, or let ASSAY_DATA name the folder that contains fortunes/"};
  }
  return {"data", Health::ok,
          "Fashion-MNIST in " + folder.string() + ", fortunes in " + texts.string(), ""};
}

}  // namespace

const char* built_with_torch() { return ASSAY_TORCH_BUILD; }

std::vector<Check> examine(const std::vector<fs::path>& plugin_folders) {
  const Installation installation = find_installation();
  Json answer;
  std::vector<Check> checks = {check_libtorch(installation), check_worker(installation, answer)};
  if (answer.is_object()) {
    checks.push_back(check_device(answer));
    checks.push_back(check_speed(answer));
  }
  checks.push_back(check_cache());
  if (answer.is_object()) {
    for (Check& check : check_plugins(plugin_folders)) checks.push_back(std::move(check));
  } else {
    checks.push_back({"plugins", Health::fail, "not examined: the worker does not start",
                      "mend the worker first"});
  }
  checks.push_back(check_data());
  return checks;
}

}  // namespace assay::cli
