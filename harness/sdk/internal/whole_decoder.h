// Decoding without a cache.
#pragma once

#include <assay/decoder.h>
#include <assay/network.h>

#include <cstdint>
#include <memory>

namespace assay {

/// The plain twin of a network's own decoder, and the way for networks that have none: the whole
/// forward pass for every token.
std::unique_ptr<Decoder> make_whole_decoder(const Model& model, std::int64_t batch,
                                            std::int64_t length);

}  // namespace assay
