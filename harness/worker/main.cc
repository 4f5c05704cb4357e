// The worker process. docs/protocol.md describes its calls; people meet it through `assay`, plugin
// authors through the tests that assay_add_plugin registers.
#include "sdk/internal/numerics.h"
#include "worker/channel.h"
#include "worker/crash_trace.h"
#include "worker/describe.h"
#include "worker/devices.h"
#include "worker/failure.h"
#include "worker/one_shot.h"
#include "worker/serve.h"

#include <assay/common/error.h>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using assay::Json;

constexpr const char* usage =
    "usage: assay-worker CALL\n"
    "  --families          describe this build and its families\n"
    "  --describe FILE     describe a plugin\n"
    "  --describe-all FILE...\n"
    "                      describe plugins, one document a line: as above, or {\"file\", \"error\"}\n"
    "  --expand            benchmarks on standard input, their stages on standard output\n"
    "  --conform FILE      check a plugin against its family's rules; exit status 1: it breaks one\n"
    "  --smoke FILE        fit and score a plugin's methods on a small benchmark\n"
    "  --probe             time this machine, for `assay doctor`\n"
    "  --devices           where this worker can compute\n"
    "  --serve             run jobs (started by `assay run`)\n";

// Documents go to where standard output was; what plugins print goes to standard error.
class Printer {
 public:
  Printer() : channel_(-1, assay::hide_descriptor(STDOUT_FILENO)) {
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  void operator()(const Json& document) { channel_.send(document); }

 private:
  assay::Channel channel_;
};

int check(Printer& print, const std::string& file, bool smoke) {
  const assay::Verdict verdict = assay::check_plugin(file, smoke);
  print(verdict.document);
  for (const Json& method : verdict.document["methods"]) {
    for (const std::string breach : method["breaches"]) {
      std::fprintf(stderr, "%s: %s\n", method["id"].get<std::string>().c_str(), breach.c_str());
    }
  }
  return verdict.conforms ? 0 : 1;
}

int one_shot(const std::vector<std::string>& arguments) {
  const std::string& call = arguments.front();
  const std::vector<std::string> files(arguments.begin() + 1, arguments.end());
  Printer print;
  assay::trace_crashes();
  assay::configure_numerics();
  if (call == "--families" && files.empty()) {
    print(assay::describe_families());
  } else if (call == "--probe" && files.empty()) {
    print(assay::probe());
  } else if (call == "--devices" && files.empty()) {
    print(assay::compute_devices());
  } else if (call == "--expand" && files.empty()) {
    const std::string text(std::istreambuf_iterator<char>(std::cin), {});
    print(assay::expand_all(Json::parse(text)));
  } else if (call == "--describe" && files.size() == 1) {
    print(assay::describe_plugin(assay::load_plugin(files[0])));
  } else if (call == "--describe-all" && !files.empty()) {
    assay::describe_all(files, [&](const Json& document) { print(document); });
  } else if ((call == "--conform" || call == "--smoke") && files.size() == 1) {
    return check(print, files[0], call == "--smoke");
  } else {
    std::fputs(usage, stderr);
    return 2;
  }
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  try {
    if (arguments.empty()) {
      std::fputs(usage, stderr);
      return 2;
    }
    return arguments == std::vector<std::string>{"--serve"} ? assay::serve() : one_shot(arguments);
  } catch (...) {
    std::fprintf(stderr, "assay-worker: %s\n", assay::current_failure().message.c_str());
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int status = run(std::vector<std::string>(argv + 1, argv + argc));
  std::cout.flush();
  std::fflush(nullptr);
  // Plugins are never unloaded, so their destructors of static objects must not run either.
  ::_exit(status);
}
