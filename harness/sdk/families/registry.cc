// The families of this build. A new family is its folders and one line here.
#include "sdk/families/continual/family.h"
#include "sdk/families/debate/family.h"
#include "sdk/families/delta/family.h"
#include "sdk/families/unlearning/family.h"
#include "sdk/families/weak_to_strong/family.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

namespace assay {

const std::vector<const Family*>& families() {
  static const continual::Continual continual;
  static const debate::Debate debate;
  static const delta::Delta delta;
  static const unlearning::Unlearning unlearning;
  static const weak_to_strong::WeakToStrong weak_to_strong;
  static const std::vector<const Family*> all = {&continual, &debate, &delta, &unlearning,
                                                 &weak_to_strong};
  return all;
}

const Family& find_family(const std::string& id) {
  std::vector<std::string> ids;
  for (const Family* family : families()) {
    if (family->id() == id) return *family;
    ids.push_back(family->id());
  }
  throw Error("unknown family '" + id + "'" + did_you_mean(id, ids) + "; known: " +
              join(ids, ", "));
}

}  // namespace assay
