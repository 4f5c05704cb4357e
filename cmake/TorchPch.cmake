# One precompiled header of LibTorch for all targets: ATen and autograd take 11.7 CPU seconds to parse
# and 3.0 to load. assay_torch_pch is an OBJECT library because reusing the header of a SHARED one is
# silently ignored (its lib_EXPORTS macro differs); -Winvalid-pch makes any such mismatch an error.

option(ASSAY_TORCH_PCH "Precompile LibTorch's headers" ON)

if(ASSAY_TORCH_PCH)
  add_library(assay_torch_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/pch/torch_pch.cc")
  target_link_libraries(assay_torch_pch PRIVATE assay::libtorch)
  target_precompile_headers(assay_torch_pch PRIVATE <ATen/ATen.h> <torch/csrc/autograd/autograd.h>)
  target_compile_options(assay_torch_pch PRIVATE -fpch-preprocess)
endif()

# For a target that links assay::libtorch, directly or through assay_sdk. Its flags must be those of the
# tree; visibility may differ.
function(assay_use_torch_pch target)
  if(NOT ASSAY_TORCH_PCH)
    return()
  endif()
  set_target_properties(${target} PROPERTIES DEFINE_SYMBOL "")
  target_precompile_headers(${target} REUSE_FROM assay_torch_pch)
  # -fpch-preprocess is what ccache needs to see through the header.
  target_compile_options(${target} PRIVATE -Winvalid-pch -Werror=invalid-pch -fpch-preprocess)
endfunction()
