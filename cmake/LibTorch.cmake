# Finds LibTorch and declares the imported target assay::libtorch. Used by this tree, and by programs
# outside it through the installed CMake package.
#
# Never find_package(Torch): with a CUDA build it demands the CUDA toolkit, which nothing here needs,
# and it adds flags of its own. The folder of a pip wheel (site-packages/torch) and an unpacked
# LibTorch archive have the same shape: include/, lib/.
#
# In:  ASSAY_TORCH_DIR (CMake variable, else environment), else ASSAY_TORCH_HINTS (a list of folders or
#      patterns), else the .venv that scripts/setup makes.
# Out: ASSAY_TORCH_ROOT      the folder
#      ASSAY_TORCH_LIBRARIES_DIR  its lib folder, symbolic links resolved
#      ASSAY_TORCH_BUILD     the version with its build, e.g. 2.13.0+cpu
#      ASSAY_TORCH_CUDA      whether it is a CUDA build
#      assay::libtorch

include_guard(GLOBAL)
set(ASSAY_TORCH_MINIMUM 2.11)
set(ASSAY_TORCH_DIR "" CACHE PATH
    "LibTorch: a wheel's torch folder or an unpacked LibTorch archive; empty: the .venv of scripts/setup")
# Kept in the cache: CMake runs again by itself, maybe without the variable in the environment.
if(NOT ASSAY_TORCH_DIR AND NOT "$ENV{ASSAY_TORCH_DIR}" STREQUAL "")
  set_property(CACHE ASSAY_TORCH_DIR PROPERTY VALUE "$ENV{ASSAY_TORCH_DIR}")
endif()

function(assay_find_libtorch_folder out)
  if(ASSAY_TORCH_DIR)
    set(candidates "${ASSAY_TORCH_DIR}")
  else()
    if(NOT ASSAY_TORCH_HINTS)
      set(ASSAY_TORCH_HINTS "${PROJECT_SOURCE_DIR}/.venv/lib/python*/site-packages/torch")
    endif()
    file(GLOB candidates LIST_DIRECTORIES true ${ASSAY_TORCH_HINTS})
  endif()
  foreach(folder IN LISTS candidates)
    set(missing "")
    foreach(file IN ITEMS include/ATen/ATen.h lib/libtorch_cpu.so lib/libc10.so)
      if(NOT EXISTS "${folder}/${file}")
        list(APPEND missing "${file}")
      endif()
    endforeach()
    if(NOT missing)
      set(${out} "${folder}" PARENT_SCOPE)
      return()
    endif()
    list(JOIN missing ", " missing)
    string(APPEND tried "\n  ${folder} has no ${missing}")
  endforeach()
  if(ASSAY_TORCH_DIR)
    message(FATAL_ERROR "ASSAY_TORCH_DIR does not name a LibTorch:${tried}\n"
      "It must be the folder 'torch' of an installed wheel "
      "(python -c 'import torch; print(torch.__path__[0])') or an unpacked LibTorch archive. "
      "Without it, scripts/setup installs one into .venv.")
  endif()
  message(FATAL_ERROR "LibTorch was not found${tried}.\n"
    "Run scripts/setup, which installs one into .venv, or give -DASSAY_TORCH_DIR=<folder 'torch' of "
    "an installed wheel, or an unpacked LibTorch archive>.")
endfunction()

# The version as in Python's torch.__version__: the build behind the plus sign matters, as builds for
# other devices are other binaries.
function(assay_libtorch_version folder out)
  set(version "")
  if(EXISTS "${folder}/version.py")
    file(STRINGS "${folder}/version.py" lines REGEX "^__version__")
    if(lines MATCHES "__version__[^=]*= *['\"]([^'\"]+)['\"]")
      set(version "${CMAKE_MATCH_1}")
    endif()
  elseif(EXISTS "${folder}/build-version")
    file(STRINGS "${folder}/build-version" version LIMIT_COUNT 1)
  endif()
  if(NOT version MATCHES "^[0-9]+\\.[0-9]+")
    message(FATAL_ERROR "The version of the LibTorch in ${folder} is not known: "
      "neither version.py (wheel) nor build-version (archive) states it. "
      "Is the installation complete? scripts/setup repairs the one in .venv.")
  endif()
  if(version VERSION_LESS ASSAY_TORCH_MINIMUM)
    message(FATAL_ERROR "LibTorch ${version} in ${folder} is too old: "
      "Assay needs ${ASSAY_TORCH_MINIMUM} or newer. scripts/setup installs a fitting one into .venv.")
  endif()
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

assay_find_libtorch_folder(ASSAY_TORCH_ROOT)
assay_libtorch_version("${ASSAY_TORCH_ROOT}" ASSAY_TORCH_BUILD)
file(REAL_PATH "${ASSAY_TORCH_ROOT}/lib" ASSAY_TORCH_LIBRARIES_DIR)

set(ASSAY_TORCH_CUDA OFF)
set(assay_torch_libraries "${ASSAY_TORCH_LIBRARIES_DIR}/libtorch_cpu.so"
                          "${ASSAY_TORCH_LIBRARIES_DIR}/libc10.so")
if(EXISTS "${ASSAY_TORCH_LIBRARIES_DIR}/libtorch_cuda.so")
  # Nothing refers to a symbol of libtorch_cuda: it registers its kernels when it is loaded, so the
  # linker must keep it although it looks unneeded. One argument, or CMake might reorder the parts.
  # NVIDIA's libraries are needed to run it, not to link against it.
  set(ASSAY_TORCH_CUDA ON)
  list(APPEND assay_torch_libraries
    "-Wl,--push-state,--no-as-needed,${ASSAY_TORCH_LIBRARIES_DIR}/libtorch_cuda.so,--pop-state")
  if(EXISTS "${ASSAY_TORCH_LIBRARIES_DIR}/libc10_cuda.so")
    list(APPEND assay_torch_libraries "${ASSAY_TORCH_LIBRARIES_DIR}/libc10_cuda.so")
  endif()
endif()

file(RELATIVE_PATH assay_torch_relative "${CMAKE_BINARY_DIR}" "${ASSAY_TORCH_ROOT}")
add_library(assay::libtorch INTERFACE IMPORTED GLOBAL)
set_target_properties(assay::libtorch PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES
    "${ASSAY_TORCH_ROOT}/include;${ASSAY_TORCH_ROOT}/include/torch/csrc/api/include"
  INTERFACE_LINK_LIBRARIES "${assay_torch_libraries}"
  # The wheel's fmt headers win over the system's; only header-only do they link.
  INTERFACE_COMPILE_DEFINITIONS
    "FMT_HEADER_ONLY=1;_GLIBCXX_USE_CXX11_ABI=1;ASSAY_TORCH_BUILD=\"${ASSAY_TORCH_BUILD}\""
  # LibTorch's headers put their own paths into error messages; ccache passes relative ones on.
  INTERFACE_COMPILE_OPTIONS
    "-ffile-prefix-map=${ASSAY_TORCH_ROOT}=torch;-ffile-prefix-map=${assay_torch_relative}=torch"
  INTERFACE_COMPILE_FEATURES cxx_std_20)
if(ASSAY_TORCH_CUDA)
  set_property(TARGET assay::libtorch PROPERTY INTERFACE_LINK_OPTIONS -Wl,--allow-shlib-undefined)
endif()
unset(assay_torch_libraries)

message(STATUS "LibTorch ${ASSAY_TORCH_BUILD}: ${ASSAY_TORCH_ROOT}")
