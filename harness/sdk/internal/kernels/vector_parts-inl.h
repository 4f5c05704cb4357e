// Loops over vectors, for the kernels' files: compiled once for each instruction set, as Highway's
// own -inl headers are, and included after <hwy/highway.h>.
#if defined(ASSAY_VECTOR_PARTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ASSAY_VECTOR_PARTS_INL_H
#undef ASSAY_VECTOR_PARTS_INL_H
#else
#define ASSAY_VECTOR_PARTS_INL_H
#endif

#include <hwy/highway.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace assay::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Real>
using Tag = hn::ScalableTag<Real>;
template <class Real>
using Vector = hn::Vec<Tag<Real>>;

/// Calls use(first, mask) for each vector of `size` elements; the last mask may be short.
template <class D, class Use>
HWY_INLINE void for_vectors(D tag, std::int64_t size, const Use& use) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  for (std::int64_t i = 0; i < size; i += lanes) {
    use(i, hn::FirstN(tag, static_cast<std::size_t>(std::min(lanes, size - i))));
  }
}

struct Whole {
  template <class Real>
  HWY_INLINE Vector<Real> load(const Real* from) const {
    return hn::LoadU(Tag<Real>(), from);
  }
  template <class Real>
  HWY_INLINE void store(Vector<Real> value, Real* to) const {
    hn::StoreU(value, Tag<Real>(), to);
  }
};
template <class Real>
struct Part {
  hn::Mask<Tag<Real>> mask;
  HWY_INLINE Vector<Real> load(const Real* from) const {
    return hn::MaskedLoad(mask, Tag<Real>(), from);
  }
  HWY_INLINE void store(Vector<Real> value, Real* to) const {
    hn::BlendedStore(value, mask, Tag<Real>(), to);
  }
};

/// Calls use(first, part) for each vector of `size` elements; part.load and part.store touch what
/// lies within alone, and load zeros beyond it.
template <class Real, class Use>
HWY_INLINE void for_parts(std::int64_t size, const Use& use) {
  const Tag<Real> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  std::int64_t i = 0;
  for (; i + lanes <= size; i += lanes) use(i, Whole());
  if (i < size) use(i, Part<Real>{hn::FirstN(tag, static_cast<std::size_t>(size - i))});
}

template <class Real>
HWY_INLINE Vector<Real> all(Real value) {
  return hn::Set(Tag<Real>(), value);
}

}  // namespace assay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
