// Pictures whose pixels are the evidence (Irving et al. 2018): the judge has learned to classify
// from a few random pixels that are not zero, and debaters name pixels.
#pragma once

#include "sdk/families/debate/task.h"

#include <assay/dataset.h>

#include <memory>
#include <string>
#include <vector>

namespace assay::debate {

/// Pictures of every row: those that judges and experts learn from, and the questions.
class Pictures {
 public:
  virtual ~Pictures() = default;
  virtual std::int64_t classes() const = 0;
  virtual std::int64_t side() const = 0;
  virtual std::int64_t questions() const = 0;
  virtual std::int64_t training() const = 0;  ///< how many judges learn from
  /// In [0, 1]: one for all rows [1, M, side, side] or each row's own [K, M, side, side].
  virtual Tensor training_images(const Seeds& seeds) const = 0;
  /// Which of the images are a row's, int64 [K, N].
  virtual Tensor training_items_KN(const Seeds& seeds) const = 0;
  virtual Tensor training_labels_KN(const Seeds& seeds) const = 0;
  virtual Tensor question_KNHW(const Seeds& seeds) const = 0;
  virtual Tensor truth_KN(const Seeds& seeds) const = 0;
  /// The same with so many other questions, to practise on.
  virtual std::unique_ptr<Pictures> practice(std::int64_t questions) const = 0;
  virtual std::vector<std::string> data_versions() const = 0;
  virtual std::vector<std::string> data_files() const { return {}; }
};

std::unique_ptr<Task> make_pixel_task(std::unique_ptr<Pictures> pictures,
                                      const TaskSettings& settings);

/// `count` of each picture's places that are marked in legal_ANV, drawn by uniform draws of the
/// same shape: all of them where there are fewer. bool.
Tensor drawn_places(const Tensor& legal_ANV, const Tensor& draw_ANV, std::int64_t count);

/// Digits drawn with strokes, 14x14: labels int64 [K, N] (0-9) and uniform draws [K, N, 6] (turn,
/// width, height, two shifts, thickness) give images [K, N, 14, 14] in [0, 1], float.
Tensor draw_glyphs(const Tensor& label_KN, const Tensor& draw_KN6);

}  // namespace assay::debate
