#include <assay/common/error.h>
#include <assay/common/text.h>
#include <assay/network.h>

#include <ATen/ATen.h>
#include <functional>
#include <numeric>
#include <sstream>

namespace assay {

int Layout::add(std::string name, std::vector<std::int64_t> shape, Initial initial,
                std::int64_t fan_in) {
  for (const Slice& slice : slices_) {
    if (slice.name == name) throw Error("layout: two slices are called '" + name + "'");
  }
  Slice slice;
  slice.size = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  slice.name = std::move(name);
  slice.shape = std::move(shape);
  slice.offset = size_;
  slice.fan_in = fan_in;
  slice.initial = initial;
  size_ += slice.size;
  slices_.push_back(std::move(slice));
  return static_cast<int>(slices_.size()) - 1;
}

int Layout::add_normal(std::string name, std::vector<std::int64_t> shape, double deviation) {
  const int position = add(std::move(name), std::move(shape), Initial::normal);
  slices_.back().deviation = deviation;
  return position;
}

const Slice* Layout::find(std::string_view name) const noexcept {
  for (const Slice& slice : slices_) {
    if (slice.name == name) return &slice;
  }
  return nullptr;
}

const Slice& Layout::at(std::string_view name) const {
  if (const Slice* slice = find(name)) return *slice;
  std::vector<std::string> names;
  for (const Slice& slice : slices_) names.push_back(slice.name);
  throw Error("the network has no parameters called '" + std::string(name) + "'" +
              did_you_mean(name, names) + "; it has " + join(names, ", "));
}

ParameterView::ParameterView(const Layout& layout, const Tensor& theta_KP)
    : rows_(theta_KP.dim() == 2 ? theta_KP.size(0) : 0) {
  if (theta_KP.dim() != 2 || theta_KP.size(1) != layout.size()) {
    std::ostringstream text;
    text << "parameters must be [rows, " << layout.size() << "], but are " << theta_KP.sizes();
    throw Error(text.str());
  }
  std::vector<std::int64_t> sizes;
  sizes.reserve(layout.slices().size());
  for (const Slice& slice : layout.slices()) sizes.push_back(slice.size);
  views_ = theta_KP.split_with_sizes(sizes, 1);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const std::vector<std::int64_t>& shape = layout.slices()[i].shape;
    if (shape.size() == 1) continue;  // [K, size] already
    std::vector<std::int64_t> full{rows_};
    full.insert(full.end(), shape.begin(), shape.end());
    views_[i] = views_[i].view(full);
  }
}

}  // namespace assay
