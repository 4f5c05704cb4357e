// Throws, in its constructor or in fit, all kinds of things.
#include "fault.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

namespace {

using namespace assay;

// A type that no catch clause of the harness can name.
struct Hidden {};

void throw_it(const std::string& what) {
  if (what == "error") throw Error("the method gives up");
  if (what == "runtime_error") throw std::runtime_error("plain words");
  if (what == "out_of_range") throw std::out_of_range("map::at");
  if (what == "number") throw 42;
  if (what == "text") throw "a text";
  if (what == "hidden") throw Hidden();
  if (what == "bad_alloc") throw std::bad_alloc();
  if (what == "full_disk") throw std::system_error(ENOSPC, std::generic_category(), "writing");
  at::ones({2, 3}) + at::ones({4, 5});
}

class Throws final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("fault-throws")
        .summary("Throws")
        .parameter(text("where", "fit").one_of({"constructor", "fit"}))
        .parameter(text("what", "error")
                       .one_of({"error", "runtime_error", "out_of_range", "number", "text", "hidden",
                                "bad_alloc", "full_disk", "torch"}))
        .parameter(faults::only_seed());
  }
  explicit Throws(const Parameters& parameters) : parameters_(parameters) {
    if (parameters.text("where") == "constructor") throw_it(parameters.text("what"));
  }
  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    if (faults::due(parameters_, run)) throw_it(parameters_.text("what"));
    return problem.student;
  }

 private:
  Parameters parameters_;
};

}  // namespace

ASSAY_METHOD(Throws);
