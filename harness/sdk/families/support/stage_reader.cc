#include "sdk/families/support/stage_reader.h"

#include "sdk/families/support/outcome.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/common/files.h>

namespace assay {

StageReader::StageReader(const StageInputs& inputs, const Seeds& seeds) : seeds_(seeds) {
  for (const auto& [name, folder] : inputs) {
    Stage& stage = stages_[name];
    const auto document = folder / "stage.json";
    const Json json = Json::parse(read_file(document), nullptr, false);
    const auto rows = json.is_object() ? json.find("rows") : json.end();
    if (json.is_discarded() || rows == json.end()) {
      throw Error(document.string() + " is not a stage's record");
    }
    std::vector<std::int64_t> positions;
    for (const std::uint64_t seed : seeds) {
      std::int64_t at = 0;
      const auto count = static_cast<std::int64_t>(rows->size());
      while (at < count && rows->at(static_cast<std::size_t>(at)).at("seed") != seed) ++at;
      if (at == count) {
        throw Error("stage '" + name + "' has no seed " + std::to_string(seed) + " (" +
                    document.string() + ")");
      }
      positions.push_back(at);
      stage.rows.push_back(rows->at(static_cast<std::size_t>(at)));
    }
    stage.positions = at::tensor(positions, at::kLong);
    stage.path = folder / stage_file;
  }
}

const StageReader::Stage& StageReader::stage(const std::string& name) const {
  const auto found = stages_.find(name);
  if (found == stages_.end()) throw Error("the job was not given the stage '" + name + "'");
  return found->second;
}

Tensor StageReader::rows(const std::string& name, const std::string& tensor) const {
  const Stage& from = stage(name);
  if (!from.file) from.file = read_safetensors(from.path);
  return tensor_of(*from.file, tensor, from.path).index_select(0, from.positions);
}

const Json& StageReader::result(const std::string& name, std::int64_t row) const {
  return stage(name).rows.at(static_cast<std::size_t>(row)).at("result");
}

std::string StageReader::failure(std::int64_t row) const {
  const auto at = static_cast<std::size_t>(row);
  for (const auto& [name, from] : stages_) {
    const Json& record = from.rows.at(at);
    if (record.at("status") == "done") continue;
    const Json error = record.value("error", Json::object());
    return "stage '" + name + "' failed for seed " + std::to_string(seeds_.at(at)) + ": " +
           error.value("message", "no reason recorded");
  }
  return "";
}

std::vector<RowOutcome> StageReader::outcomes() const {
  std::vector<RowOutcome> outcomes(seeds_.size());
  for (std::size_t row = 0; row < seeds_.size(); ++row) {
    if (const std::string why = failure(static_cast<std::int64_t>(row)); !why.empty()) {
      fail(outcomes[row], "stage", "data", why);
    }
  }
  return outcomes;
}

}  // namespace assay
