#include "sdk/internal/checked_tokens.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <sstream>
#include <vector>

namespace assay {
namespace {

[[noreturn]] void no_token(const Tensor& x, const Tensor& allowed, std::int64_t vocabulary,
                           const std::string& what, std::int64_t first) {
  auto place = allowed.flatten().logical_not().nonzero()[0].item<std::int64_t>();
  std::ostringstream text;
  text << what << " must be tokens, whole numbers from 0 to " << vocabulary - 1 << ", but there is "
       << x.flatten()[place].item<double>() << " at ";
  std::vector<std::int64_t> position(static_cast<std::size_t>(x.dim()));
  for (std::int64_t axis = x.dim(); axis-- > 0; place /= x.size(axis)) {
    position[static_cast<std::size_t>(axis)] = place % x.size(axis) + (axis == 1 ? first : 0);
  }
  text << at::IntArrayRef(position);
  throw Error(text.str());
}

}  // namespace

Tensor checked_tokens(const Tensor& x, std::int64_t vocabulary, const std::string& what,
                      std::int64_t first) {
  Tensor allowed = at::logical_and(x.ge(0), x.lt(vocabulary));  // false for what is not a number
  if (x.is_floating_point()) allowed.logical_and_(x.eq(x.floor()));
  if (!allowed.all().item<bool>()) no_token(x, allowed, vocabulary, what, first);
  return x.to(at::kLong);
}

}  // namespace assay
