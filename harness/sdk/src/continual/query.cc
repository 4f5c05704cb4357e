#include <assay/common/error.h>
#include <assay/continual.h>

namespace assay::continual {

const Tensor& Query::task_KN() const {
  if (!task_KN_.defined()) {
    throw Error(place_ +
                " asked for the task of test items, which is not known in testing there; a method "
                "that cannot do without says needs(\"test_identity\")");
  }
  return task_KN_;
}

}  // namespace assay::continual
