// Published stages as a later job reads them: tensors and records of the job's own rows.
#pragma once

#include "sdk/internal/family.h"
#include "sdk/internal/safetensors.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// The one file of a stage.
inline constexpr const char* stage_file = "outputs.safetensors";

/// The record of each stage is read at once, its tensors when they are first asked for: a method's
/// job asks for the ceiling's after the method has returned.
class StageReader {
 public:
  /// `seeds` are the job's rows; they may repeat, and be fewer than the stages'. Throws Error when
  /// an input's stage.json lacks a seed.
  StageReader(const StageInputs& inputs, const Seeds& seeds);

  /// A tensor of a stage for the job's rows, [K, ...]. Throws Error when the job was not given the
  /// stage or the stage has no such tensor.
  Tensor rows(const std::string& stage, const std::string& tensor) const;
  /// The stage's result of one row of the job ("metrics", "curves", "counts").
  const Json& result(const std::string& stage, std::int64_t row) const;
  /// Why row `row` cannot be used, naming the first input whose row had failed; "" when it can.
  std::string failure(std::int64_t row) const;
  /// What a job begins with: an outcome for every row, failed where an input's row had.
  std::vector<RowOutcome> outcomes() const;

 private:
  struct Stage {
    std::filesystem::path path;
    mutable std::optional<SafeTensors> file;
    Tensor positions;        ///< of the job's rows in the stage, int64 [K]
    std::vector<Json> rows;  ///< of stage.json, one for each of the job's rows
  };
  const Stage& stage(const std::string& name) const;

  Seeds seeds_;
  std::map<std::string, Stage> stages_;
};

}  // namespace assay
