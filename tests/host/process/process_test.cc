#include "host/process/process.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>

using namespace assay;

namespace {

ProcessResult shell(const std::string& script, const ProcessOptions& options = {}) {
  return run_process({"/bin/sh", "-c", script}, options);
}

double seconds_of(const std::function<void()>& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("a short program's streams and status are collected") {
  const ProcessResult result = shell("cat; echo to-err >&2; exit 3", {.input = "given"});
  CHECK(result.out == "given");
  CHECK(result.err == "to-err\n");
  CHECK(result.exit_status == 3);
  CHECK_FALSE(result.ok());
  CHECK(result.how_it_ended({}) == "exit status 3");
}

TEST_CASE("more than a pipe holds flows both ways at once") {
  const std::string megabytes(3 << 20, 'x');
  const ProcessResult result = shell("cat", {.input = megabytes});
  CHECK(result.ok());
  CHECK(result.out == megabytes);
}

TEST_CASE("a program that does not read its input is no error") {
  const ProcessResult result = shell("exec 0<&-; echo done", {.input = std::string(1 << 20, 'x')});
  CHECK(result.ok());
  CHECK(result.out == "done\n");
}

TEST_CASE("a program that hangs is killed at its time limit") {
  const ProcessOptions options{.timeout = std::chrono::milliseconds(300)};
  ProcessResult result;
  // With its streams open, and after it has closed them.
  for (const char* script : {"sleep 30", "exec >&- 2>&-; sleep 30"}) {
    const double seconds = seconds_of([&] { result = shell(script, options); });
    CHECK(result.timed_out);
    CHECK_FALSE(result.ok());
    CHECK(result.how_it_ended(options) == "no answer in 0.3 s");
    CHECK(seconds < 5);
  }
}

TEST_CASE("what a program leaves running in its group is killed with it") {
  ProcessResult result;
  const double seconds = seconds_of([&] { result = shell("sleep 30 & echo $!"); });
  CHECK(result.ok());
  CHECK(seconds < 5);
  // Gone, or a zombie that nobody has collected in this container.
  const std::string child = result.out.substr(0, result.out.find('\n'));
  const ProcessResult state =
      shell("for i in 1 2 3 4 5 6 7 8 9; do grep -q '^State:.[ZX]' /proc/" + child +
            "/status 2>/dev/null || [ ! -e /proc/" + child + " ] && exit 0; sleep 0.1; done; exit 1");
  CHECK(state.ok());
}

TEST_CASE("the signal that ended a program is named") {
  const ProcessResult result = shell("kill -SEGV $$");
  CHECK(result.signal == SIGSEGV);
  CHECK(result.how_it_ended({}) == "signal 11 (Segmentation fault)");
}

TEST_CASE("endless output is cut off") {
  const ProcessOptions options{.output_limit = 100000};
  const ProcessResult result = shell("while :; do echo 0123456789; done", options);
  CHECK(result.too_much_output);
  CHECK_FALSE(result.ok());
  CHECK(result.how_it_ended(options) == "more than 100000 bytes of output");
}

TEST_CASE("variables are set and removed, the folder is changed") {
  ::setenv("ASSAY_TEST_KEPT", "kept", 1);
  ::setenv("ASSAY_TEST_GONE", "present", 1);
  const ProcessResult result =
      shell("echo $ASSAY_TEST_KEPT,$ASSAY_TEST_GONE,$ASSAY_TEST_NEW; pwd",
            {.environment = {"ASSAY_TEST_GONE", "ASSAY_TEST_NEW=a=b"}, .folder = "/"});
  CHECK(result.out == "kept,,a=b\n/\n");
}

TEST_CASE("a program that is not there") {
  CHECK_THROWS_WITH(run_process({"/nonexistent/program"}),
                    "cannot start /nonexistent/program: No such file or directory");
}
