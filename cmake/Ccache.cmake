# ccache as compiler launcher, with the settings it needs to cache anything here: precompiled headers
# are rejected without the sloppiness, and without a base folder another clone shares nothing.
# They travel in the launcher, so that nobody has to set them in the environment.

option(ASSAY_CCACHE "Use ccache when it is installed" ON)
if(NOT ASSAY_CCACHE OR CMAKE_CXX_COMPILER_LAUNCHER)
  return()
endif()
find_program(ASSAY_CCACHE_PROGRAM ccache)
if(ASSAY_CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}"
      "${ASSAY_CCACHE_PROGRAM}")
endif()
