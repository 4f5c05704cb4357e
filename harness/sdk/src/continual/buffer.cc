#include "sdk/internal/batch_room.h"

#include <assay/common/error.h>
#include <assay/continual/buffer.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <string>
#include <utility>

namespace assay::continual {
namespace {

constexpr std::int64_t block_size = 256;  // choices made at a time

std::vector<std::int64_t> with_sizes(std::int64_t rows, std::int64_t size, const Tensor& like) {
  std::vector<std::int64_t> shape{rows, size};
  shape.insert(shape.end(), like.sizes().begin() + 2, like.sizes().end());
  return shape;
}

std::int64_t below(double uniform, std::int64_t limit) {
  return std::min(static_cast<std::int64_t>(uniform * static_cast<double>(limit)), limit - 1);
}

}  // namespace

Buffer::Buffer(BufferPolicy policy, std::int64_t size, bool keeps_logits)
    : policy_(policy), size_(size), keeps_logits_(keeps_logits) {}

void Buffer::begin(const Problem& problem, const Run& run, std::int64_t groups) {
  groups_ = groups;
  classes_ = problem.outputs();
  keeps_allowed_ = problem.scenario == Scenario::task;
  if (groups < 1 || size_ < groups) {
    throw Error("buffer of " + problem.place + ": " + std::to_string(size_) +
                " places are too few for " + std::to_string(groups) +
                (groups == 1 ? " sample" : " groups of at least one sample"));
  }
  if (policy_ == BufferPolicy::balanced && problem.likelihood == Likelihood::gaussian) {
    throw Error("buffer of " + problem.place +
                ": labels that are numbers have no classes to balance: use a reservoir");
  }
  if (policy_ != BufferPolicy::ring) groups_ = 1;
  choices_.clear();
  draws_.clear();
  for (const std::uint64_t seed : run.seeds()) {
    choices_.emplace_back(std::vector<std::uint64_t>{seed}, "assay.buffer.choices");
    draws_.emplace_back(std::vector<std::uint64_t>{seed}, "assay.buffer.draws");
  }
  blocks_.assign(choices_.size(), Block{});
  x_ = label_KM_ = allowed_KMC_ = logits_KMC_ = Tensor();
  seen_KG_ = at::zeros({problem.rows(), groups_}, at::kLong);
  drawn_K_ = at::zeros({problem.rows()}, at::kLong);
}

void Buffer::open(const Batch& batch) {
  const std::int64_t rows = batch.cohort_rows;
  x_ = at::zeros(with_sizes(rows, size_, batch.x), batch.x.options());
  label_KM_ = at::full({rows, size_}, -1, batch.label_AB.options().device(at::kCPU));
  if (keeps_allowed_) {
    allowed_KMC_ = at::zeros({rows, size_, classes_}, batch.allowed_ABC.options());
  }
  if (keeps_logits_) {
    logits_KMC_ = at::zeros({rows, size_, classes_}, batch.logits_KBC.options());
  }
}

double Buffer::uniform(std::int64_t row, std::int64_t count) {
  Block& block = blocks_[static_cast<std::size_t>(row)];
  if (block.number != count / block_size) {
    block.number = count / block_size;
    block.uniform =
        choices_[static_cast<std::size_t>(row)].uniform({block_size}, block.number).squeeze(0);
  }
  return block.uniform.const_data_ptr<double>()[count % block_size];
}

// A member of the largest class (of several the first), at random.
std::int64_t Buffer::victim(std::int64_t row, double uniform,
                            const std::vector<std::int64_t>& class_counts) const {
  const auto largest = std::max_element(class_counts.begin(), class_counts.end());
  const std::int64_t label = largest - class_counts.begin();
  std::int64_t left = below(uniform, *largest);
  const auto* labels = label_KM_.const_data_ptr<std::int64_t>() + row * size_;
  std::int64_t place = 0;
  while (labels[place] != label || left-- > 0) ++place;
  return place;
}

// Where the next sample of a row goes, or -1. `class_counts` is kept for the balanced policy.
std::int64_t Buffer::place_of(std::int64_t row, std::int64_t group, std::int64_t label,
                              std::vector<std::int64_t>& class_counts) {
  std::int64_t& seen = seen_KG_.mutable_data_ptr<std::int64_t>()[row * groups_ + group];
  const std::int64_t n = seen++;
  if (policy_ == BufferPolicy::ring) {
    const std::int64_t places = size_ / groups_;
    return group * places + n % places;
  }
  if (policy_ == BufferPolicy::reservoir) {
    if (n < size_) return n;
    const std::int64_t place = below(uniform(row, n), n + 1);
    return place < size_ ? place : -1;
  }
  std::int64_t& members = class_counts[static_cast<std::size_t>(label)];
  if (n < size_) {
    ++members;
    return n;
  }
  const auto classes = std::count_if(class_counts.begin(), class_counts.end(),
                                     [](std::int64_t count) { return count > 0; });
  if (members >= size_ / (classes + (members == 0 ? 1 : 0))) return -1;
  const std::int64_t place = victim(row, uniform(row, n), class_counts);
  --class_counts[static_cast<std::size_t>(label_KM_[row][place].item<std::int64_t>())];
  ++members;
  return place;
}

void Buffer::insert(const Batch& batch, std::int64_t group) {
  if (group < 0 || group >= groups_) {
    throw Error("Buffer::insert: group " + std::to_string(group) + " of " +
                std::to_string(groups_));
  }
  if (keeps_logits_ && !batch.logits_KBC.defined()) {
    throw Error(
        "Buffer::insert: the buffer keeps outputs, which a batch has only after its "
        "forward pass: insert in after_backward or later");
  }
  if (!x_.defined()) open(batch);
  const std::int64_t width = batch.x.size(1);
  const Tensor row_A = batch.rows_A.cpu();
  const Tensor weight_AB = batch.weight_AB.cpu().to(at::kDouble).contiguous();
  const Tensor label_AB = batch.label_AB.cpu().to(label_KM_.scalar_type()).contiguous();
  const bool balanced = policy_ == BufferPolicy::balanced;
  const auto* weight = weight_AB.const_data_ptr<double>();
  std::vector<std::pair<std::int64_t, std::int64_t>> moves;  // place and source
  for (std::int64_t a = 0; a < row_A.size(0); ++a) {
    const auto row = row_A.const_data_ptr<std::int64_t>()[a];
    std::vector<std::int64_t> class_counts(static_cast<std::size_t>(balanced ? classes_ : 0));
    auto* kept = balanced ? label_KM_.mutable_data_ptr<std::int64_t>() + row * size_ : nullptr;
    for (std::int64_t m = 0; balanced && m < filled(row); ++m) {
      ++class_counts[static_cast<std::size_t>(kept[m])];
    }
    for (std::int64_t b = 0; b < batch.current; ++b) {
      const std::int64_t at = a * width + b;
      if (weight[at] == 0) continue;
      const auto label = balanced ? label_AB.const_data_ptr<std::int64_t>()[at] : 0;
      const std::int64_t place = place_of(row, group, label, class_counts);
      if (place < 0) continue;
      if (balanced) kept[place] = label;
      moves.emplace_back(row * size_ + place, at);
    }
  }
  if (moves.empty()) return;
  std::sort(moves.begin(), moves.end());
  const FlatInputs inputs = flat_inputs(batch);
  std::vector<std::int64_t> places, sources, input_sources;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    // Of several samples in one place the last one stays.
    if (i + 1 < moves.size() && moves[i + 1].first == moves[i].first) continue;
    places.push_back(moves[i].first);
    sources.push_back(moves[i].second);
    input_sources.push_back(moves[i].second / width * inputs.row + moves[i].second % width);
  }
  const Tensor place = at::tensor(places, at::kLong), source = at::tensor(sources, at::kLong);
  const auto put = [&](Tensor& to_KM, const Tensor& from, const Tensor& taken) {
    to_KM.flatten(0, 1).index_copy_(0, place.to(to_KM.device()),
                                    from.index_select(0, taken.to(from.device())));
  };
  const auto copy = [&](Tensor& to_KM, const Tensor& from_AB) {
    put(to_KM, from_AB.flatten(0, 1), source);
  };
  put(x_, inputs.x_RF, at::tensor(input_sources, at::kLong));
  copy(label_KM_, label_AB);
  if (keeps_allowed_) copy(allowed_KMC_, batch.allowed_ABC.expand({-1, width, -1}));
  if (keeps_logits_) copy(logits_KMC_, batch.logits_KBC.detach());
}

std::int64_t Buffer::filled(std::int64_t row) const {
  std::int64_t filled = 0;
  for (std::int64_t group = 0; group < groups_; ++group) {
    filled +=
        std::min(seen_KG_.const_data_ptr<std::int64_t>()[row * groups_ + group], size_ / groups_);
  }
  return filled;
}

// The place of the row's n-th sample: places fill from the front, a ring's group by group.
std::int64_t Buffer::nth_filled(std::int64_t row, std::int64_t n) const {
  const std::int64_t places = size_ / groups_;
  for (std::int64_t group = 0;; ++group) {
    const std::int64_t here =
        std::min(seen_KG_.const_data_ptr<std::int64_t>()[row * groups_ + group], places);
    if (n < here) return group * places + n;
    n -= here;
  }
}

Samples Buffer::draw(const Batch& batch, std::int64_t count) {
  return drawn(batch, count, false);
}

Samples Buffer::draw_with_replacement(const Batch& batch, std::int64_t count) {
  return drawn(batch, count, true);
}

Samples Buffer::drawn(const Batch& batch, std::int64_t count, bool replace) {
  const Tensor row_A = batch.rows_A.cpu();
  const std::int64_t rows = row_A.size(0);
  Tensor place_AM = at::zeros({rows, count}, at::kLong);
  Tensor weight_AM = at::zeros({rows, count}, at::kDouble);
  bool any = false;
  for (std::int64_t a = 0; a < rows; ++a) {
    const auto row = row_A.const_data_ptr<std::int64_t>()[a];
    const std::int64_t here = filled(row);
    auto* place = place_AM.mutable_data_ptr<std::int64_t>() + a * count;
    auto* weight = weight_AM.mutable_data_ptr<double>() + a * count;
    std::fill(place, place + count, row * size_);
    const std::int64_t step = drawn_K_.mutable_data_ptr<std::int64_t>()[row]++;
    if (here == 0) continue;
    any = true;
    const std::int64_t taken = replace ? count : std::min(count, here);
    const Tensor uniform = draws_[static_cast<std::size_t>(row)].uniform({taken}, step);
    const auto* u = uniform.const_data_ptr<double>();
    std::vector<bool> chosen(static_cast<std::size_t>(here), false);
    for (std::int64_t i = 0; i < taken; ++i) {
      // Floyd's: of the first j + 1 a fresh one, which j itself always is.
      const std::int64_t j = replace ? here - 1 : here - taken + i;
      std::int64_t n = below(u[i], j + 1);
      if (!replace && chosen[static_cast<std::size_t>(n)]) n = j;
      chosen[static_cast<std::size_t>(n)] = true;
      place[i] = row * size_ + nth_filled(row, n);
      weight[i] = 1;
    }
  }
  return any ? at_places(batch, place_AM, weight_AM) : Samples{};
}

Samples Buffer::at_places(const Batch& batch, const Tensor& place_AM,
                          const Tensor& weight_AM) const {
  const Tensor place = place_AM.view(-1);
  const auto take = [&](const Tensor& value_KM) {
    std::vector<std::int64_t> shape = place_AM.sizes().vec();
    shape.insert(shape.end(), value_KM.sizes().begin() + 2, value_KM.sizes().end());
    return value_KM.flatten(0, 1).index_select(0, place.to(value_KM.device())).view(shape);
  };
  Samples samples;
  samples.x = place_beside(batch, place_AM.size(1));
  const Tensor x_RF = x_.flatten(0, 1), at_AM = place_AM.to(x_.device());
  for (std::int64_t a = 0; a < at_AM.size(0); ++a) {  // a row lies in one piece, all need not
    Tensor x_MF = samples.x[a];
    at::index_select_out(x_MF, x_RF, 0, at_AM[a]);
  }
  samples.label_AM = take(label_KM_).to(x_.device());
  samples.weight_AM = weight_AM.to(x_.options());
  samples.allowed_AMC = keeps_allowed_
                            ? take(allowed_KMC_)
                            : batch.allowed_ABC.slice(1, 0, 1).expand({-1, place_AM.size(1), -1});
  if (keeps_logits_) samples.logits_AMC = take(logits_KMC_);
  return samples;
}

Samples Buffer::group(const Batch& batch, std::int64_t group) const {
  if (!x_.defined()) return {};
  const std::int64_t places = size_ / groups_;
  const Tensor slot_M = at::arange(group * places, (group + 1) * places, at::kLong);
  const Tensor row_A = batch.rows_A.cpu();
  const Tensor here_A1 = seen_KG_.select(1, group).index_select(0, row_A).unsqueeze(1);
  return at_places(batch, row_A.unsqueeze(1) * size_ + slot_M,
                   (slot_M - group * places).lt(here_A1));
}

Samples Buffer::all() const {
  if (!x_.defined()) return {};
  const std::int64_t places = size_ / groups_;
  const Tensor filled_KGM = at::arange(places, at::kLong).lt(seen_KG_.unsqueeze(2));
  Samples samples;
  samples.x = x_;
  samples.label_AM = label_KM_.to(x_.device());
  samples.allowed_AMC = allowed_KMC_;
  samples.logits_AMC = logits_KMC_;
  // A ring's last places are nobody's where its groups do not divide it.
  samples.weight_AM =
      at::constant_pad_nd(filled_KGM.flatten(1).to(x_.options()), {0, size_ - places * groups_});
  return samples;
}

void Buffer::state(State& state) {
  state("seen", seen_KG_);
  state("drawn", drawn_K_);
  state("label", label_KM_);
  state("x", x_);
  state("allowed", allowed_KMC_);
  state("logits", logits_KMC_);
  // What the host counts with stays with the host, wherever a saved state was loaded to.
  for (Tensor* counted : {&seen_KG_, &drawn_K_, &label_KM_}) {
    if (counted->defined()) *counted = counted->cpu();
  }
}

}  // namespace assay::continual
