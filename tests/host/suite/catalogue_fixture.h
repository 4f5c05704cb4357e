// What the suites of these tests may name: two families and a few methods, made without a worker.
#pragma once

#include "host/suite/catalogue.h"

namespace assay::test {

const Catalogue& catalogue();

}  // namespace assay::test
