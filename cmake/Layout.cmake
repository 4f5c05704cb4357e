# One layout, in the build tree and in an installed prefix:
#
#   bin/assay  bin/assay-worker
#   lib/libassay.so*
#   lib/assay/plugins/*.so
#   lib/assay/torch          -> the folder that holds libtorch_cpu.so (a symbolic link)
#   include/assay/version.h  (in a prefix: all public headers)
#   share/assay/suites       (in the build tree: a link to the source's)
#
# A program finds everything from /proc/self/exe: <prefix> is the folder above bin. Run paths are
# relative to the file that carries them, and LibTorch is reached through the link, so that a prefix
# can be moved as it is, and `assay doctor --relink DIR` has one link to replace and no file to patch.
# Build and install use the same run paths: installing copies the bytes, content hashes stay the same.

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/archive")
set(ASSAY_PLUGIN_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib/assay/plugins")

set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH OFF)
set(ASSAY_RPATH_BIN "$ORIGIN/../lib" "$ORIGIN/../lib/assay/torch")
set(ASSAY_RPATH_LIB "$ORIGIN" "$ORIGIN/assay/torch")
set(ASSAY_RPATH_PLUGIN "$ORIGIN/../.." "$ORIGIN/../torch")

# What suits bin/ suits the test programs in tests/ too. harness/sdk sets ASSAY_RPATH_LIB, plugins
# get ASSAY_RPATH_PLUGIN from assay_add_plugin.
set(CMAKE_INSTALL_RPATH ${ASSAY_RPATH_BIN})

# Replaces a link of the build tree. ninja may be running programs through it, hence only when needed.
function(assay_link target link)
  get_filename_component(folder "${link}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  if(IS_SYMLINK "${link}")
    file(READ_SYMLINK "${link}" present)
    if(present STREQUAL target)
      return()
    endif()
  endif()
  file(CREATE_LINK "${target}" "${link}" SYMBOLIC)
endfunction()

file(MAKE_DIRECTORY "${ASSAY_PLUGIN_OUTPUT_DIRECTORY}")
assay_link("${PROJECT_SOURCE_DIR}/suites" "${PROJECT_BINARY_DIR}/share/assay/suites")
