# assay_version: the generated header <assay/version.h> in <build>/include, which is installed beside
# the public headers. It carries a hash of all of them: the plugin ABI block compares it, so that a
# plugin built against other headers is refused by name and not by a crash. The hash is made at build
# time, whenever one of the headers changes, and does not depend on where the checkout lies.

set(ASSAY_API_MAJOR 1)
set(ASSAY_API_MINOR 0)

set(ASSAY_GENERATED_INCLUDE "${PROJECT_BINARY_DIR}/include")
set(assay_version_header "${ASSAY_GENERATED_INCLUDE}/assay/version.h")
file(GLOB_RECURSE assay_public_headers CONFIGURE_DEPENDS
     "${PROJECT_SOURCE_DIR}/harness/common/include/*.h" "${PROJECT_SOURCE_DIR}/harness/sdk/include/*.h")

# The header is written only when its content changes; the stamp says when that was last checked.
add_custom_command(
  OUTPUT "${PROJECT_BINARY_DIR}/version.stamp"
  BYPRODUCTS "${assay_version_header}"
  COMMAND "${CMAKE_COMMAND}"
    -D "OUT=${assay_version_header}" -D "ROOT=${PROJECT_SOURCE_DIR}/harness"
    -D "VERSION=${PROJECT_VERSION}" -D "API_MAJOR=${ASSAY_API_MAJOR}" -D "API_MINOR=${ASSAY_API_MINOR}"
    -P "${PROJECT_SOURCE_DIR}/cmake/scripts/write_version.cmake"
  COMMAND "${CMAKE_COMMAND}" -E touch "${PROJECT_BINARY_DIR}/version.stamp"
  DEPENDS ${assay_public_headers} "${PROJECT_SOURCE_DIR}/cmake/scripts/write_version.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/Version.cmake"
  COMMENT "Hashing the public headers"
  VERBATIM)
add_custom_target(assay_version_header ALL DEPENDS "${PROJECT_BINARY_DIR}/version.stamp")

add_library(assay_version INTERFACE)
target_include_directories(assay_version INTERFACE "${ASSAY_GENERATED_INCLUDE}")
add_dependencies(assay_version assay_version_header)

# Every target of the tree may include it, and none is compiled before it is written.
link_libraries(assay_version)
