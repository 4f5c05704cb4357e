#include "sdk/internal/kernels/pooling.h"

#include <algorithm>

// Plain loops, which the compiler turns into vector code for each of Highway's targets.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sdk/src/kernels/pooling.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {

template <class Real>
void pool_pixel(const Real* HWY_RESTRICT above, const Real* HWY_RESTRICT below, std::int64_t channels,
                Real* HWY_RESTRICT to, std::int32_t* HWY_RESTRICT place) {
  for (std::int64_t c = 0; c < channels; ++c) {
    const Real right = above[channels + c], under = below[c], last = below[channels + c];
    Real largest = above[c];
    std::int32_t where = 0;
    const bool second = right > largest || right != right;
    largest = second ? right : largest;
    where = second ? 1 : where;
    const bool third = under > largest || under != under;
    largest = third ? under : largest;
    where = third ? 2 : where;
    const bool fourth = last > largest || last != last;
    largest = fourth ? last : largest;
    where = fourth ? 3 : where;
    to[c] = largest < 0 ? 0 : largest;
    place[c] = largest > 0 ? where : 4;
  }
}

template <class Real>
void pool(const Real* from, const Images& images, std::int64_t frame, Real* to, std::int32_t* place) {
  const std::int64_t height = images.height / 2, width = images.width / 2, channels = images.channels;
  const std::int64_t from_row = images.width * channels, to_row = (width + 2 * frame) * channels;
  for (std::int64_t image = 0; image < images.count; ++image) {
    Real* corner = to + (image * (height + 2 * frame) + frame) * to_row + frame * channels;
    for (std::int64_t y = 0; y < height; ++y) {
      const Real* above = from + (image * images.height + 2 * y) * from_row;
      for (std::int64_t x = 0; x < width; ++x, place += channels) {
        pool_pixel(above + 2 * x * channels, above + from_row + 2 * x * channels, channels,
                   corner + y * to_row + x * channels, place);
      }
    }
  }
}

template <class Real>
void unpool(const Real* dy, const std::int32_t* place, const Images& images, std::int64_t frame, Real* dx) {
  const std::int64_t height = images.height / 2, width = images.width / 2, channels = images.channels;
  const std::int64_t row = (images.width + 2 * frame) * channels;
  const std::int64_t image_size = (images.height + 2 * frame) * row;
  std::fill(dx, dx + images.count * image_size, Real(0));
  for (std::int64_t image = 0; image < images.count; ++image) {
    Real* corner = dx + image * image_size + frame * (row + channels);
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x, dy += channels, place += channels) {
        Real* square[4];
        for (int i = 0; i < 4; ++i) square[i] = corner + (2 * y + i / 2) * row + (2 * x + i % 2) * channels;
        for (std::int64_t c = 0; c < channels; ++c) {
          if (place[c] < 4) square[place[c]][c] = dy[c];
        }
      }
    }
  }
}

void pool_float(const float* from, const Images& images, std::int64_t frame, float* to,
                std::int32_t* place) {
  pool(from, images, frame, to, place);
}
void pool_double(const double* from, const Images& images, std::int64_t frame, double* to,
                 std::int32_t* place) {
  pool(from, images, frame, to, place);
}
void unpool_float(const float* dy, const std::int32_t* place, const Images& images, std::int64_t frame,
                  float* dx) {
  unpool(dy, place, images, frame, dx);
}
void unpool_double(const double* dy, const std::int32_t* place, const Images& images, std::int64_t frame,
                   double* dx) {
  unpool(dy, place, images, frame, dx);
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {
HWY_EXPORT(pool_float);
HWY_EXPORT(pool_double);
HWY_EXPORT(unpool_float);
HWY_EXPORT(unpool_double);

void pool_relu(const float* from, const Images& images, std::int64_t frame, float* to,
               std::int32_t* place) noexcept {
  HWY_DYNAMIC_DISPATCH(pool_float)(from, images, frame, to, place);
}
void pool_relu(const double* from, const Images& images, std::int64_t frame, double* to,
               std::int32_t* place) noexcept {
  HWY_DYNAMIC_DISPATCH(pool_double)(from, images, frame, to, place);
}
void unpool_relu(const float* dy, const std::int32_t* place, const Images& images, std::int64_t frame,
                 float* dx) noexcept {
  HWY_DYNAMIC_DISPATCH(unpool_float)(dy, place, images, frame, dx);
}
void unpool_relu(const double* dy, const std::int32_t* place, const Images& images, std::int64_t frame,
                 double* dx) noexcept {
  HWY_DYNAMIC_DISPATCH(unpool_double)(dy, place, images, frame, dx);
}

}  // namespace assay
#endif
