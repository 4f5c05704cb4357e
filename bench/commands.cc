// The command and the worker as processes: seconds, CPU seconds of all they start, and peak memory.
#include "bench/support/temporary_folder.h"

#include <assay/common/error.h>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace assay::bench {
namespace {

using Arguments = std::vector<std::string>;

struct Usage {
  double cpu_seconds = 0, peak_bytes = 0;
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

/// Runs a program to its end, its output thrown away. Throws Error unless it ends with status 0.
Usage run_program(const Arguments& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    throw Error("cannot start " + arguments[0] + ": " + std::strerror(failed) +
                ". Build everything first: this program measures its neighbours");
  }
  int status = 0;
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error(arguments[0] + " did not end well; its message is above");
  }
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime),
          1024.0 * static_cast<double>(usage.ru_maxrss)};
}

/// `forget`: a folder that is removed before every run, or "".
void program(benchmark::State& state, const Arguments& arguments, const std::string& forget) {
  Usage total;
  try {
    for ([[maybe_unused]] auto _ : state) {
      if (!forget.empty()) std::filesystem::remove_all(forget);
      const Usage usage = run_program(arguments);
      total.cpu_seconds += usage.cpu_seconds;
      total.peak_bytes = std::max(total.peak_bytes, usage.peak_bytes);
    }
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
    return;
  }
  state.counters["cpu_ms"] = 1e3 * total.cpu_seconds / static_cast<double>(state.iterations());
  state.counters["peak_mb"] = 1e-6 * total.peak_bytes;
}

int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::string assay = (here.parent_path() / "bin/assay").string();
  const TemporaryFolder folder;
  ::setenv("ASSAY_CACHE", (folder / "cache").c_str(), 1);
  run_program({(here / "make_large_run").string(), (folder / "").string()});
  const std::string suite = (folder / "large.toml").string();

  const auto add = [](const char* name, const Arguments& arguments,
                      const std::string& forget = "") {
    benchmark::RegisterBenchmark(name, program, arguments, forget)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  };
  add("assay --help", {assay, "--help"});
  add("assay-worker --families", {assay + "-worker", "--families"});
  add("assay validate, 10000 cells", {assay, "validate", suite});
  const Arguments plan = {assay, "plan", suite, "--out", (folder / "none").string()};
  add("assay plan, 10000 cells, nothing cached", plan, folder / "cache");
  add("assay plan, 10000 cells", plan);
  add("assay plan, 10000 cells done", {assay, "plan", suite, "--out", (folder / "run").string()});
  add("assay report, 10000 cells", {assay, "report", (folder / "run").string()});
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace assay::bench

int main(int argc, char** argv) {
  try {
    return assay::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
}
