# Included by ctest once per Catch2 program: adds a test for each of its test cases. The list is kept
# in list_file until the program changes.
# In: program, prefix, labels, environment, seconds, list_file, folder.

if(NOT EXISTS "${program}")
  add_test("${prefix}: not built" "${program}")
  return()
endif()

if(NOT EXISTS "${list_file}" OR "${program}" IS_NEWER_THAN "${list_file}"
   OR "${CMAKE_CURRENT_LIST_FILE}" IS_NEWER_THAN "${list_file}")
  # All of them, then the slow ones. Version 2 answers with the number of tests as its exit status.
  foreach(which IN ITEMS all slow)
    set(filter "*")
    if(which MATCHES "^slow$") # STREQUAL would look up the variable slow of the program before
      set(filter "[slow]")
    endif()
    execute_process(COMMAND "${program}" --list-test-names-only "${filter}"
                    OUTPUT_VARIABLE ${which} ERROR_VARIABLE errors RESULT_VARIABLE status TIMEOUT 120)
    if(NOT status MATCHES "^[0-9]+$" OR (status EQUAL 255 AND "${${which}}" STREQUAL ""))
      # Version 3 has no such option; it lists names so:
      execute_process(COMMAND "${program}" --list-tests --verbosity quiet "${filter}"
                      OUTPUT_VARIABLE ${which} ERROR_VARIABLE errors RESULT_VARIABLE status TIMEOUT 120)
    endif()
    if(NOT status MATCHES "^[0-9]+$")
      add_test("${prefix}: lists its tests" "${program}" --list-tests)
      return()
    endif()
  endforeach()

  set(script "")
  # A bracket without its other half would glue all names after it to one list element.
  string(ASCII 1 open)
  string(ASCII 2 close)
  string(REPLACE "[" "${open}" all "${all}")
  string(REPLACE "]" "${close}" all "${all}")
  string(REPLACE ";" "\\;" all "${all}")
  string(REPLACE "\n" ";" all "${all}")
  foreach(name IN LISTS all)
    string(REPLACE "${open}" "[" name "${name}")
    string(REPLACE "${close}" "]" name "${name}")
    string(STRIP "${name}" name)
    if(name STREQUAL "")
      continue()
    endif()
    set(test_labels ${labels})
    string(FIND "\n${slow}" "\n${name}\n" place)
    if(NOT place EQUAL -1)
      list(APPEND test_labels slow)
    endif()
    # Characters with a meaning in Catch2's test specifications
    string(REGEX REPLACE "([][\\,*\"])" "\\\\\\1" spec "${name}")
    # A name that begins like an option would be taken for one.
    string(REGEX REPLACE "^-+" "*" spec "${spec}")
    string(APPEND script
      "add_test([==[${prefix}: ${name}]==] [==[${program}]==] [==[${spec}]==])\n"
      "set_tests_properties([==[${prefix}: ${name}]==] PROPERTIES TIMEOUT ${seconds} "
      "WORKING_DIRECTORY [==[${folder}]==] LABELS [==[${test_labels}]==] "
      "SKIP_REGULAR_EXPRESSION [==[skipped: no CUDA device]==] "
      "FAIL_REGULAR_EXPRESSION [==[No test cases matched]==] "
      "ENVIRONMENT [==[${environment}]==])\n")
  endforeach()
  file(WRITE "${list_file}" "${script}")
endif()
include("${list_file}")
