#include "sdk/internal/batch_room.h"

#include <ATen/ATen.h>
#include <utility>
#include <vector>

namespace assay {

Tensor BatchRoom::take(std::int64_t count) {
  if (count > all_ARF_.size(1) - used_) return {};
  const Tensor place = all_ARF_.narrow(1, used_, count);
  used_ += count;
  return place;
}

bool BatchRoom::begins_with(const Tensor& x) const {
  return x.const_data_ptr() == all_ARF_.const_data_ptr() && x.stride(0) == all_ARF_.stride(0) &&
         x.scalar_type() == all_ARF_.scalar_type();
}

Tensor place_beside(const Batch& batch, std::int64_t count) {
  Tensor place;
  if (batch.room) place = batch.room->take(count);
  if (place.defined()) return place;
  std::vector<std::int64_t> shape = batch.x.sizes().vec();
  shape[1] = count;
  return at::empty(shape, batch.x.options());
}

Tensor joined_inputs(const Batch& batch, const Tensor& x_AMF) {
  const std::int64_t samples = batch.x.size(1), more = x_AMF.size(1);
  if (batch.room && batch.room->begins_with(batch.x) &&
      samples + more <= batch.room->all().size(1)) {
    const Tensor& all_ARF = batch.room->all();
    const Tensor behind = all_ARF.narrow(1, samples, more);
    const auto lies_there = [&behind](const Tensor& x) {
      return x.defined() && x.const_data_ptr() == behind.const_data_ptr() &&
             x.strides() == behind.strides();
    };
    const bool there = lies_there(x_AMF);
    // Nothing else was promised the place: it is free.
    const bool free = !there && lies_there(batch.room->take(more));
    if (free) behind.copy_(x_AMF);
    if (there || free) return all_ARF.narrow(1, 0, samples + more);
  }
  return at::cat({batch.x, x_AMF.to(batch.x.device(), batch.x.scalar_type())}, 1);
}

FlatInputs flat_inputs(const Batch& batch) {
  const bool roomy = batch.room && batch.room->begins_with(batch.x);
  const Tensor& x = roomy ? batch.room->all() : batch.x;
  return {x.flatten(0, 1), x.size(1)};
}

}  // namespace assay
