// Ends the worker in every way a process can end.
#include "fault.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace {

using namespace assay;

// Not to be turned into a loop, nor seen through.
[[gnu::noinline]] int overflow(int depth) {
  volatile char frame[4096] = {};
  frame[0] = static_cast<char>(depth);
  return overflow(depth + 1) + frame[0];
}

void die(const std::string& how) {
  std::puts("about to die");
  if (how == "segfault") *static_cast<volatile int*>(nullptr) = 1;
  if (how == "abort") std::abort();
  if (how == "terminate") []() noexcept { throw 1; }();
  if (how == "overflow") std::exit(overflow(0));
  if (how == "kill") ::kill(::getpid(), SIGKILL);
  if (how == "exit") std::exit(0);
  ::_exit(7);
}

class Dies final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("fault-dies")
        .summary("Ends the worker")
        .parameter(text("how", "segfault")
                       .one_of({"segfault", "abort", "terminate", "overflow", "kill", "exit", "_exit"}))
        .parameter(faults::only_seed());
  }
  explicit Dies(const Parameters& parameters) : parameters_(parameters) {}
  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    if (faults::due(parameters_, run)) die(parameters_.text("how"));
    return problem.student;
  }

 private:
  Parameters parameters_;
};

}  // namespace

ASSAY_METHOD(Dies);
