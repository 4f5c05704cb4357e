// Low-rank adapters (LoRA, Hu et al. 2021): a cohort that trains a few numbers each beside one base
// model, which stays as it is and is held once.
#pragma once

#include <assay/network.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace assay {

struct AdapterSpec {
  std::int64_t rank = 4;
  double alpha = 8;  ///< what the adapters add is multiplied by alpha / rank
  /// Which of a transformer's projections, in every block: "attn.q", "attn.k", "attn.v", "attn.o",
  /// "mlp.gate", "mlp.up", "mlp.down".
  std::vector<std::string> projections = {"attn.q", "attn.v"};
};

/// A network whose parameters theta [K, P1] are the adapters alone: every adapted projection is x W
/// + (x A) B alpha / rank with W of `base`, one row of a transformer. Slices: "block0.attn.q.A"
/// [in, rank], N(0, 1 / rank^2), and "block0.attn.q.B" [rank, out], zero, so that it starts equal
/// to the base. The base's theta is held and must not change; parameters must have its type and
/// device. Throws Error for another base, rank or
/// projection, and for an alpha that is not finite.
std::shared_ptr<const Network> make_adapted(const Model& base, const AdapterSpec& spec = {});

/// The same models without adapters, W + A B alpha / rank: K whole rows of the base's network.
Model merged(const Model& adapted);

}  // namespace assay
