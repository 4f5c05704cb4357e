# Script mode: writes <assay/version.h>. In: OUT, ROOT (the folder harness), VERSION, API_MAJOR, API_MINOR.

# The names within the folders are part of the hash, their place on disk is not.
set(entries "")
foreach(part IN ITEMS common/include sdk/include)
  file(GLOB_RECURSE headers RELATIVE "${ROOT}/${part}" "${ROOT}/${part}/*.h")
  foreach(header IN LISTS headers)
    file(SHA256 "${ROOT}/${part}/${header}" digest)
    list(APPEND entries "${header} ${digest}")
  endforeach()
endforeach()
list(SORT entries COMPARE STRING)
string(SHA256 hash "${entries}")
string(SUBSTRING "${hash}" 0 16 hash)

set(text "// Generated from the public headers; do not edit.
#pragma once

#define ASSAY_VERSION \"${VERSION}\"
#define ASSAY_API_MAJOR ${API_MAJOR}
#define ASSAY_API_MINOR ${API_MINOR}
// All public headers of the SDK, by name and content.
#define ASSAY_API_HASH \"${hash}\"
")
set(present "")
if(EXISTS "${OUT}")
  file(READ "${OUT}" present)
endif()
if(NOT present STREQUAL text)
  file(WRITE "${OUT}" "${text}")
endif()
