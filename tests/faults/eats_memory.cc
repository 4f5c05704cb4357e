// Takes all the memory it is given, in tensors or on the heap, and touches it; or takes some and never
// gives it back.
#include "fault.h"

#include <ATen/ATen.h>
#include <vector>

namespace {

using namespace assay;

class EatsMemory final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("fault-eats-memory")
        .summary("Takes all the memory there is")
        .parameter(text("kind", "tensor").one_of({"tensor", "heap", "leak"}))
        .parameter(integer("gigabytes", 64).range(1, 1024).help("where it stops by itself"))
        .parameter(faults::only_seed());
  }
  explicit EatsMemory(const Parameters& parameters) : parameters_(parameters) {}
  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    if (!faults::due(parameters_, run)) return problem.student;
    constexpr std::int64_t piece = 16 << 20;
    static std::vector<Tensor>* leaked = new std::vector<Tensor>;
    std::vector<Tensor> tensors;
    std::vector<std::vector<char>> heap;
    for (std::int64_t i = 0; i < parameters_.integer("gigabytes") * 64; ++i) {
      if (parameters_.text("kind") == "tensor") {
        tensors.push_back(at::ones({piece / 4}));
      } else if (parameters_.text("kind") == "leak") {
        leaked->push_back(at::empty({piece / 4}));
      } else {
        heap.emplace_back(piece, 'x');
      }
    }
    return problem.student;
  }

 private:
  Parameters parameters_;
};

}  // namespace

ASSAY_METHOD(EatsMemory);
