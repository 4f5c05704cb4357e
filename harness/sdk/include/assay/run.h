// What a method may ask of the harness while it runs: its random streams, progress and curve
// recording, per-row failure, and the cost counters.
#pragma once

#include <assay/streams.h>
#include <assay/tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace assay {

/// Work done for one row; the engine counts it, a method that trains by its own loop adds to it.
struct Costs {
  std::int64_t gradient_samples = 0;  ///< samples that went forward and backward
  std::int64_t forward_samples = 0;   ///< samples that went forward only
  double flops = 0;                   ///< matrix products and convolutions
};

/// A recorded curve of one row: (step, value) in order.
using Curve = std::vector<std::pair<std::int64_t, double>>;

class Run {
 public:
  /// `on_progress` is called with a fraction in [0,1], at most a few times a second.
  explicit Run(std::vector<std::uint64_t> seeds,
               std::function<void(double)> on_progress = {});

  std::int64_t rows() const noexcept { return static_cast<std::int64_t>(seeds_.size()); }
  const std::vector<std::uint64_t>& seeds() const noexcept { return seeds_; }

  /// The rows' streams for `purpose`, a name of the method's own. Throws Error for one that starts with
  /// "assay.": those are the harness's.
  Streams streams(std::string_view purpose) const;

  void progress(double fraction);
  /// Splits what follows into `parts` equal parts of the progress bar: a method that trains twice
  /// calls begin_part(0, 2) and begin_part(1, 2).
  void begin_part(int part, int parts);

  /// Appends a point to the curve `name` of every row in `rows` (undefined: all). `step` is an epoch in
  /// the harness's own curves, and reports call it so.
  void record(const std::string& name, std::int64_t step, const Tensor& value_A,
              const Tensor& rows = {});

  /// Offers a model on the way to the answer, as it is after `step` (an epoch, or a task): the family
  /// scores it after the method has returned, for reports' trajectories. Costs nothing where the
  /// family keeps none.
  void checkpoint(std::int64_t step, const Tensor& theta_KP) {
    if (on_checkpoint_) on_checkpoint_(step, theta_KP);
  }
  /// Called at every checkpoint(); what keeps theta clones it.
  void on_checkpoint(std::function<void(std::int64_t, const Tensor&)> callback) {
    on_checkpoint_ = std::move(callback);
  }

  /// Says what comes next ("create", "fit", "predict", "score", "train"): the place that an error or
  /// a dead worker is reported with. The harness calls it; a method may, to name its own parts.
  void enter_phase(std::string phase) {
    phase_ = std::move(phase);
    if (on_phase_) on_phase_(phase_);
  }
  const std::string& phase() const noexcept { return phase_; }
  /// Called at every enter_phase (the worker reports it to its command).
  void on_phase(std::function<void(const std::string&)> callback) {
    on_phase_ = std::move(callback);
  }

  /// Marks one row as failed, with the reason; the others go on. The first reason is kept.
  void fail_row(std::int64_t row, const std::string& reason);
  bool failed(std::int64_t row) const;
  const std::string& failure(std::int64_t row) const;  ///< "" when the row has not failed

  Costs& costs(std::int64_t row) { return costs_[static_cast<std::size_t>(row)]; }
  const std::map<std::string, Curve>& curves(std::int64_t row) const;

 private:
  std::vector<std::uint64_t> seeds_;
  std::vector<Costs> costs_;
  std::vector<std::string> failures_;
  std::vector<std::map<std::string, Curve>> curves_;
  std::function<void(double)> on_progress_;
  std::function<void(const std::string&)> on_phase_;
  std::function<void(std::int64_t, const Tensor&)> on_checkpoint_;
  std::string phase_;
  double part_begin_ = 0, part_size_ = 1, last_progress_ = -1;
  std::int64_t last_report_ms_ = 0;
};

}  // namespace assay
