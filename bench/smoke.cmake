# cmake -D PROGRAM=... -D FILTER=regex -D BENCHMARKS=n -D COUNTERS=a,b -P smoke.cmake
# Fails unless the program's JSON output has n benchmarks, none with an error, and each of them every
# counter, greater than 0.
string(REPLACE "," ";" COUNTERS "${COUNTERS}")
execute_process(
  COMMAND "${PROGRAM}" "--benchmark_filter=${FILTER}" --benchmark_min_time=0.000001
          --benchmark_format=json
  OUTPUT_VARIABLE json ERROR_VARIABLE log RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${status}:\n${log}")
endif()
set(count 0) # nothing is printed when the filter matches nothing
if(NOT json STREQUAL "")
  string(JSON count LENGTH "${json}" benchmarks)
endif()
if(NOT count EQUAL BENCHMARKS)
  message(FATAL_ERROR "${PROGRAM} ran ${count} benchmarks for '${FILTER}', not ${BENCHMARKS}:\n${json}${log}")
endif()
math(EXPR last "${count} - 1")
foreach(i RANGE ${last})
  string(JSON name GET "${json}" benchmarks ${i} name)
  string(JSON error ERROR_VARIABLE no_error GET "${json}" benchmarks ${i} error_message)
  if(no_error STREQUAL "NOTFOUND")
    message(FATAL_ERROR "${name}: ${error}")
  endif()
  foreach(counter IN LISTS COUNTERS)
    string(JSON value ERROR_VARIABLE missing GET "${json}" benchmarks ${i} ${counter})
    if(NOT missing STREQUAL "NOTFOUND")
      message(FATAL_ERROR "${name} has no counter '${counter}': ${missing}")
    endif()
    if(NOT value MATCHES "^[0-9.e+-]+$" OR NOT value GREATER 0)
      message(FATAL_ERROR "${name}: '${counter}' is ${value}, not a number above 0")
    endif()
  endforeach()
endforeach()
