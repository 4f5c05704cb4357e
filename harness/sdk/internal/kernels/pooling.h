// 2x2 max pooling followed by a ReLU, channels last.
#pragma once

#include <cstdint>

namespace assay {

/// The sizes of a batch of images before the pooling. A last odd row or column is left out, as in
/// at::max_pool2d.
struct Images {
  std::int64_t count = 0, height = 0, width = 0, channels = 0;
};

/// to = max(0, largest of each 2x2 square of from [count, height, width, channels]). `to` is [count,
/// height/2, width/2, channels] inside a frame of `frame` pixels that are left as they are. place: which
/// of the four it was, 4 where the ReLU has cut it off. A NaN is the largest.
void pool_relu(const float* from, const Images& images, std::int64_t frame, float* to,
               std::int32_t* place) noexcept;
void pool_relu(const double* from, const Images& images, std::int64_t frame, double* to,
               std::int32_t* place) noexcept;

/// The derivative by what came in: each of dy [count, height/2, width/2, channels] goes to its place in dx
/// [count, height, width, channels] inside a frame of `frame` pixels; all else, the frame too, is zero.
void unpool_relu(const float* dy, const std::int32_t* place, const Images& images, std::int64_t frame,
                 float* dx) noexcept;
void unpool_relu(const double* dy, const std::int32_t* place, const Images& images, std::int64_t frame,
                 double* dx) noexcept;

}  // namespace assay
