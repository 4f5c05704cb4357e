// A loop over vectors, for the kernels' files: compiled once for each instruction set, as Highway's
// own -inl headers are, and included after <hwy/highway.h>.
#if defined(ASSAY_FOR_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ASSAY_FOR_VECTORS_INL_H
#undef ASSAY_FOR_VECTORS_INL_H
#else
#define ASSAY_FOR_VECTORS_INL_H
#endif

#include <hwy/highway.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {

/// Calls use(first, mask) for each vector of `size` elements; the last mask may be short.
template <class Tag, class Use>
HWY_INLINE void for_vectors(Tag tag, std::int64_t size, const Use& use) {
  const auto lanes = static_cast<std::int64_t>(hwy::HWY_NAMESPACE::Lanes(tag));
  for (std::int64_t i = 0; i < size; i += lanes) {
    const auto left = static_cast<std::size_t>(std::min(lanes, size - i));
    use(i, hwy::HWY_NAMESPACE::FirstN(tag, left));
  }
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
