# Script mode: checks that the hash of the public headers follows names and contents and nothing else.
# In: SCRIPT, WORK.

file(REMOVE_RECURSE "${WORK}")
foreach(place IN ITEMS one two/deeper)
  file(WRITE "${WORK}/${place}/sdk/include/assay/a.h" "int a;\n")
  file(WRITE "${WORK}/${place}/sdk/include/assay/families/b.h" "int b;\n")
  file(WRITE "${WORK}/${place}/common/include/assay/common/c.h" "int c;\n")
endforeach()

function(header_of place out)
  execute_process(COMMAND "${CMAKE_COMMAND}" -D "OUT=${WORK}/version.h" -D "ROOT=${WORK}/${place}"
    -D VERSION=1.2.3 -D API_MAJOR=4 -D API_MINOR=5 -P "${SCRIPT}" COMMAND_ERROR_IS_FATAL ANY)
  file(READ "${WORK}/version.h" text)
  if(NOT text MATCHES "ASSAY_VERSION \"1.2.3\".*API_MAJOR 4.*API_MINOR 5.*ASSAY_API_HASH \"[0-9a-f]+\"")
    message(FATAL_ERROR "not the expected header:\n${text}")
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

header_of(one one)
header_of(two/deeper two)
if(NOT one STREQUAL two)
  message(FATAL_ERROR "equal headers in two places hash apart:\n${one}\n${two}")
endif()

file(WRITE "${WORK}/one/sdk/include/assay/a.h" "long a;\n")
header_of(one changed)
if(changed STREQUAL one)
  message(FATAL_ERROR "a changed header keeps its hash")
endif()

file(RENAME "${WORK}/two/deeper/sdk/include/assay/a.h" "${WORK}/two/deeper/sdk/include/assay/z.h")
header_of(two/deeper renamed)
if(renamed STREQUAL one)
  message(FATAL_ERROR "a renamed header keeps its hash")
endif()
