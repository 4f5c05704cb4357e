#include "sdk/internal/direct_pass.h"

#include <assay/common/error.h>
#include <assay/decoder.h>
#include <assay/network.h>

namespace assay {

std::unique_ptr<DirectPass> Network::direct_pass(const Tensor&) const { return nullptr; }

std::unique_ptr<Decoder> Network::decoder(const Tensor&, std::int64_t, std::int64_t) const {
  throw Error("this network does not continue sequences: only those of sequences do");
}

void DirectPass::backward_each(Each, const Tensor&, const Tensor&, const Tensor&, Tensor&) {
  throw Error("this network's pass does not know the gradients of single samples");
}

}  // namespace assay
