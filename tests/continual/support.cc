#include "support.h"

namespace assay::continual::test {

StreamOptions options_of(Scenario scenario) {
  StreamOptions options;
  options.train_identity = true;
  options.test_identity = scenario == Scenario::task;
  return options;
}

Json resolved(const Json& given) {
  return assay::test::resolved_settings("continual", given);
}

}  // namespace assay::continual::test
