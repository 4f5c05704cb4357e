#include <assay/common/error.h>
#include <assay/network.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <cmath>
#include <sstream>

namespace assay {

Tensor initial_parameters(const Layout& layout, const Streams& streams) {
  // Every column has its own draw, also those that start at a constant: adding a bias somewhere does
  // not change which number a later column gets.
  Tensor theta_KP = streams.uniform({layout.size()});
  const bool any_normal =
      std::any_of(layout.slices().begin(), layout.slices().end(),
                  [](const Slice& slice) { return slice.initial == Initial::normal; });
  const Tensor normal_KP = any_normal ? streams.normal({layout.size()}) : Tensor();
  for (const Slice& slice : layout.slices()) {
    Tensor part = theta_KP.narrow(1, slice.offset, slice.size);
    switch (slice.initial) {
      case Initial::zero: part.zero_(); break;
      case Initial::one: part.fill_(1); break;
      case Initial::fan_in_uniform: {
        const double bound = 1 / std::sqrt(static_cast<double>(slice.fan_in));
        part.mul_(2 * bound).sub_(bound);
        break;
      }
      case Initial::normal:
        part.copy_(normal_KP.narrow(1, slice.offset, slice.size)).mul_(slice.deviation);
        break;
    }
  }
  return theta_KP.to(at::kFloat);
}

Model select_rows(const Model& model, const std::vector<std::int64_t>& rows) {
  for (const std::int64_t row : rows) {
    if (row < 0 || row >= model.rows()) {
      throw Error("select_rows: row " + std::to_string(row) + " of a cohort of " +
                  std::to_string(model.rows()));
    }
  }
  const Tensor index = at::tensor(at::ArrayRef<std::int64_t>(rows), at::kLong);
  return {model.network, model.theta_KP.index_select(0, index.to(model.theta_KP.device()))};
}

Tensor slice_of(const Model& model, std::string_view name) {
  const Slice& slice = model.network->layout().at(name);
  std::vector<std::int64_t> shape{model.rows()};
  shape.insert(shape.end(), slice.shape.begin(), slice.shape.end());
  return model.theta_KP.narrow(1, slice.offset, slice.size).view(shape);
}

void set_slice(Model& model, std::string_view name, const Tensor& value) {
  at::NoGradGuard no_grad;
  Tensor slice = slice_of(model, name);
  if (!at::is_expandable_to(value.sizes(), slice.sizes())) {
    std::ostringstream text;
    text << "set_slice: '" << name << "' is " << slice.sizes() << ", the value is "
         << value.sizes();
    throw Error(text.str());
  }
  slice.copy_(value);
}

void set_slice(Model& model, std::string_view name, double value) {
  at::NoGradGuard no_grad;
  slice_of(model, name).fill_(value);
}

std::vector<std::string> copy_slices(const Model& from, Model& to) {
  if (from.rows() != to.rows()) {
    throw Error("copy_slices: from a cohort of " + std::to_string(from.rows()) +
                " rows to one of " + std::to_string(to.rows()));
  }
  std::vector<std::string> copied;
  for (const Slice& slice : to.network->layout().slices()) {
    const Slice* source = from.network->layout().find(slice.name);
    if (source == nullptr || source->shape != slice.shape) continue;
    set_slice(to, slice.name, slice_of(from, slice.name));
    copied.push_back(slice.name);
  }
  return copied;
}

}  // namespace assay
