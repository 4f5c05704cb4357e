#include <assay/common/error.h>
#include <assay/run.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <chrono>
#include <sstream>

namespace assay {
namespace {

constexpr std::int64_t report_every_ms = 250;

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Run::Run(std::vector<std::uint64_t> seeds, std::function<void(double)> on_progress)
    : seeds_(std::move(seeds)),
      costs_(seeds_.size()),
      failures_(seeds_.size()),
      curves_(seeds_.size()),
      on_progress_(std::move(on_progress)) {}

Streams Run::streams(std::string_view purpose) const {
  if (purpose.starts_with("assay.")) {
    throw Error("Run::streams: purposes that begin with 'assay.' are the harness's, but '" +
                std::string(purpose) + "' was asked for: draw from streams of your own names");
  }
  return Streams(seeds_, purpose);
}

void Run::progress(double fraction) {
  if (!on_progress_) return;
  const double overall = part_begin_ + part_size_ * std::clamp(fraction, 0.0, 1.0);
  const std::int64_t now = now_ms();
  const bool due = last_progress_ < 0 || now - last_report_ms_ >= report_every_ms;
  const bool finished = overall >= 1 && last_progress_ < 1;
  if (!due && !finished) return;
  // A bar that runs backwards helps nobody: a method may start a new training without a new part.
  last_progress_ = std::max(last_progress_, overall);
  last_report_ms_ = now;
  on_progress_(last_progress_);
}

void Run::begin_part(int part, int parts) {
  if (parts < 1 || part < 0 || part >= parts) {
    throw Error("Run::begin_part: part " + std::to_string(part) + " of " + std::to_string(parts));
  }
  part_size_ = 1.0 / parts;
  part_begin_ = part * part_size_;
}

void Run::record(const std::string& name, std::int64_t step, const Tensor& value_A,
                 const Tensor& rows) {
  const Tensor values = value_A.detach().to(at::kCPU, at::kDouble).reshape(-1).contiguous();
  const Tensor index =
      rows.defined() ? rows.to(at::kCPU, at::kLong).contiguous() : at::arange(this->rows(), at::kLong);
  if (value_A.numel() != index.numel()) {
    std::ostringstream text;
    text << "Run::record: curve '" << name << "' needs one value for each of " << index.numel()
         << " rows, but got " << value_A.sizes();
    throw Error(text.str());
  }
  const double* value = values.const_data_ptr<double>();
  const std::int64_t* row = index.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < index.numel(); ++i) {
    curves_.at(static_cast<std::size_t>(row[i]))[name].emplace_back(step, value[i]);
  }
}

void Run::fail_row(std::int64_t row, const std::string& reason) {
  std::string& failure = failures_.at(static_cast<std::size_t>(row));
  if (failure.empty()) failure = reason.empty() ? "no reason was given" : reason;
}

bool Run::failed(std::int64_t row) const { return !failure(row).empty(); }

const std::string& Run::failure(std::int64_t row) const {
  return failures_.at(static_cast<std::size_t>(row));
}

const std::map<std::string, Curve>& Run::curves(std::int64_t row) const {
  return curves_.at(static_cast<std::size_t>(row));
}

}  // namespace assay
