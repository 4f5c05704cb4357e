#include "support.h"

#include "sdk/internal/numerics.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/GradMode.h>

using namespace assay;

TEST_CASE("numeric settings are told as they are, and put back") {
  const auto usual = numeric_settings();
  CHECK(usual.at("threads") == "1");
  CHECK(usual.at("deterministic") == "yes");
  CHECK(usual.at("flush_denormal") == "yes");
  CHECK(usual.at("tf32") == "no");
  CHECK(usual.at("default_type") == "Float");

  at::set_num_threads(2);
  at::globalContext().setDeterministicAlgorithms(false, false);
  at::globalContext().setFlushDenormal(false);
  at::globalContext().setAllowTF32CuDNN(true);
  c10::set_default_dtype(caffe2::TypeMeta::Make<double>());
  c10::GradMode::set_enabled(false);
  const auto changed = numeric_settings();
  CHECK(changed.at("threads") == "2");
  CHECK(changed.at("deterministic") == "no");
  CHECK(changed.at("flush_denormal") == "no");
  CHECK(changed.at("tf32") == "yes");
  CHECK(changed.at("default_type") == "Double");

  configure_numerics();
  CHECK(numeric_settings() == usual);
  CHECK(c10::GradMode::is_enabled());
}
