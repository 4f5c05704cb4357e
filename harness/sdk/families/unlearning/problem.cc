#include <assay/common/error.h>
#include <assay/unlearning.h>

namespace assay::unlearning {
namespace {

template <class Given>
const Given& declared(const std::shared_ptr<const Given>& given, const std::string& place,
                      const char* need) {
  if (given) return *given;
  throw Error((place.empty() ? std::string("the method") : "method '" + place + "'") +
              " asks for " + need +
              ", which it was not given: declare it in describe() with .needs(\"" + need + "\")");
}

}  // namespace

const Oracles& Problem::oracles() const {
  return declared(given_oracles, place, "oracles");
}

const Attribution& Problem::attribution() const {
  return declared(given_attribution, place, "attribution");
}

const Part& Problem::refusals() const {
  return declared(given_refusals, place, "refusals");
}

}  // namespace assay::unlearning
