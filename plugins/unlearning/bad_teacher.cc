// Bad teaching (Chundawat et al. 2022, equation 3): q the original model, r one that was never
// trained,
//   L = mean over forget and retain samples together of
//       KL(r || p) on forget, KL(q || p) on retain
// KL is summed over classes (the published code divides by their number as well).
#include <assay/unlearning/losses.h>
#include <assay/unlearning/terms.h>

namespace {

using namespace assay;
using namespace assay::unlearning;

class BadTeacher final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("bad-teacher")
        .summary("Imitates a model of random parameters on the forget set, the original elsewhere")
        .paper("arXiv:2205.08096")
        .parameter(real("temperature", 1).above(0).help("divides all logits"));
  }

  explicit BadTeacher(const Parameters& parameters)
      : temperature_(parameters.real("temperature")) {}

  Answer unlearn(const Problem& problem, Run& run) override {
    const Tensor bad_KNC = predict_logits(problem.fresh(0), problem.forget.data, &run);
    const Tensor good_KNC = reference_logits(problem, problem.retain, run);
    const auto kl = [&](const Batch& batch, const Tensor& teacher_KNC) {
      return distillation(problem.likelihood, batch.gather(teacher_KNC), batch.logits_KBC,
                          temperature_);
    };
    return edit(problem, run, Reads::both, [&](const Sides& sides) {
      return mean_of_both(sides, kl(sides.forget, bad_KNC), kl(sides.retain, good_KNC));
    });
  }

 private:
  double temperature_;
};

}  // namespace

ASSAY_METHOD(BadTeacher);
