#include "sdk/families/unlearning/needs.h"

#include "sdk/families/support/answer.h"
#include "sdk/families/support/choices.h"

namespace assay::unlearning {

std::string answer_breach(const Answer& answer, const Problem& problem, const MethodInfo& info) {
  const bool predictor = static_cast<bool>(answer.predictor);
  if (predictor == has_need(info, "predictor")) {
    return predictor ? "" : model_breach(answer.model, problem.original, "unlearn");
  }
  return predictor ? "unlearn returned a predictor, but describe() does not say "
                     ".needs(\"predictor\"): predictors rank apart from models"
                   : "describe() says .needs(\"predictor\"), but unlearn returned a model";
}

}  // namespace assay::unlearning
