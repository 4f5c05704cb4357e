// policy: a network that has learned to debate by playing against itself (Williams 1992,
// REINFORCE). Of a game won (1) or lost (-1) every move of a side gets the same reward r; with b
// the mean reward of the question's other games its gradient is that of
//   (r - b) log pi(place) + entropy H(pi).
// While it plays it names the likeliest place and asks the judge nothing.
#include <assay/debate/self_play.h>
#include <assay/losses.h>
#include <assay/network.h>

#include <ATen/ATen.h>

namespace {

using namespace assay;
using namespace assay::debate;

class Policy final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("policy")
        .summary("A network trained by self-play, which plays without asking the judge")
        .parameter(integer("width", 128).range(1, 1024).help("hidden units"))
        .parameter(real("lr", 3e-3).above(0).per_row().help("largest learning rate"))
        .parameter(real("entropy", 0.03).at_least(0).per_row().help("weight of the entropy"))
        .parameter(integer("tries", 4).range(2, 8).help("games of each question in a step"));
  }
  explicit Policy(const Parameters& parameters)
      : width_(parameters.integer("width")),
        tries_(parameters.integer("tries")),
        lr_K1_(parameters.row("lr")),
        entropy_K1_(parameters.row("entropy")) {}

  void prepare(const Problem& problem, Run& run) override {
    answers_ = problem.answers;
    const NetworkSpec spec{.arch = "mlp", .width = width_, .depth = 1};
    const std::int64_t inputs = 4 * problem.places + 2 * answers_;
    Model start{make_network(spec, {inputs}, problem.places), {}};
    start.theta_KP = initial_parameters(start.network->layout(), run.streams("policy"));
    Recipe recipe;
    recipe.lr_K1 = lr_K1_;
    const auto loss = [this](const Batch& batch, const Tries& tries) {
      const Tensor log_pi_ASV = log_policy(batch.logits_KBC, tries.legal_ASV);
      return batch.mean(reinforce_loss(log_pi_ASV, tries.place_AS, tries.advantage_AS) -
                        batch.row(entropy_K1_) * entropy(log_pi_ASV));
    };
    const auto features = [this](const Turn& turn) { return features_of(turn); };
    model_ = train_by_self_play(start, problem.practice, {tries_, recipe, features, loss}, run);
  }

  Moves choose(const Turn& turn, Run&) const override {
    const ParameterView parameters(model_.network->layout(), model_.theta_KP);
    const Tensor logits_KGV = model_.network->forward(parameters, features_of(turn), {}).logits_KBC;
    return log_policy(logits_KGV, turn.legal_KGV).argmax(2);
  }

 private:
  /// What is still hidden, what the judge has seen, who named it, and both claims: [K, G, 4 V + 2
  /// C].
  Tensor features_of(const Turn& turn) const {
    const Tensor place_KGT = turn.place_KGT.clamp_min(0);
    const auto named_by = [&](bool own) {
      Tensor named_KGT = turn.place_KGT.ge(0);
      for (std::int64_t t = 0; t < turn.turns(); ++t) {
        if (turn.own_T[static_cast<std::size_t>(t)] != own) named_KGT.select(2, t).fill_(false);
      }
      return at::zeros_like(turn.value_KGV)
          .scatter_add(2, place_KGT, named_KGT.to(turn.value_KGV.scalar_type()));
    };
    const Tensor own_KGV = named_by(true), other_KGV = named_by(false);
    return at::cat({turn.value_KGV * turn.legal_KGV, turn.value_KGV * (own_KGV + other_KGV),
                    own_KGV, other_KGV, one_hot(turn.claim_KG, answers_, turn.value_KGV),
                    one_hot(turn.other_KG, answers_, turn.value_KGV)},
                   2)
        .to(at::kFloat);
  }

  std::int64_t width_, tries_, answers_ = 0;
  Tensor lr_K1_, entropy_K1_;
  Model model_;
};

}  // namespace

ASSAY_METHOD(Policy);
