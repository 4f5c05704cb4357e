# assay_add_plugin: one method library. The same function serves this tree and, through
# find_package(assay), plugins anywhere else.
#
#   assay_add_plugin(NAME my_method SOURCES my_method.cc...
#                    [LIBRARIES target...]      more to link
#                    [OUTPUT_DIRECTORY dir]     in this tree: <build>/lib/assay/plugins; else the binary folder
#                    [NO_TESTS]                 registers no tests (for libraries that are broken on purpose)
#                    [NO_INSTALL])              in this tree: is not installed
#
# The target is called plugin_<NAME>, the file <NAME>.so. Two tests are registered when testing is on:
# plugin.<NAME>.conform checks the contract, plugin.<NAME>.smoke trains for a moment.

include_guard(GLOBAL)
set(ASSAY_PLUGIN_RPATH "$ORIGIN/../.." "$ORIGIN/../torch") # as in lib/assay/plugins of a prefix

function(assay_add_plugin)
  cmake_parse_arguments(PARSE_ARGV 0 arg "NO_TESTS;NO_INSTALL" "NAME;OUTPUT_DIRECTORY" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "assay_add_plugin does not know: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "assay_add_plugin(NAME my_method SOURCES my_method.cc) needs both")
  endif()
  if(NOT arg_NAME MATCHES "^[a-z0-9][a-z0-9._-]*$")
    message(FATAL_ERROR "assay_add_plugin: the name '${arg_NAME}' must match [a-z0-9][a-z0-9._-]*")
  endif()
  set(target "plugin_${arg_NAME}")
  set(in_tree FALSE)
  if(TARGET assay_sdk)
    set(in_tree TRUE)
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
    if(in_tree)
      set(arg_OUTPUT_DIRECTORY "${ASSAY_PLUGIN_OUTPUT_DIRECTORY}")
    endif()
  endif()

  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE assay::sdk ${arg_LIBRARIES})
  set(version 0)
  if(PROJECT_VERSION)
    set(version "${PROJECT_VERSION}")
  endif()
  target_compile_definitions(${target} PRIVATE ASSAY_PLUGIN_NAME="${arg_NAME}"
                                               ASSAY_PLUGIN_VERSION="${version}")
  # Hidden but for the one entry symbol: two plugins must not see each other's functions. Undefined
  # symbols are found when linking and not in the middle of a run.
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME "${arg_NAME}" PREFIX "" SUFFIX ".so" DEFINE_SYMBOL ""
    LIBRARY_OUTPUT_DIRECTORY "${arg_OUTPUT_DIRECTORY}"
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "${ASSAY_PLUGIN_RPATH}")
  target_link_options(${target} PRIVATE -Wl,-z,defs -Wl,--exclude-libs,ALL)
  if(in_tree)
    if(COMMAND assay_use_torch_pch)
      assay_use_torch_pch(${target})
    endif()
    if(NOT arg_NO_INSTALL)
      set_property(GLOBAL APPEND PROPERTY ASSAY_INSTALLED_PLUGINS ${target})
    endif()
  else()
    # In this tree it is a flag of every target. Equal sources in two folders then give equal bytes,
    # and results that were cached under the library's hash are found again.
    target_compile_options(${target} PRIVATE "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=."
                                             "-ffile-prefix-map=${CMAKE_BINARY_DIR}=./build")
  endif()

  if(BUILD_TESTING AND NOT arg_NO_TESTS AND (TARGET assay-worker OR TARGET assay::worker))
    if(TARGET assay-worker)
      set(worker assay-worker)
    else()
      set(worker assay::worker)
    endif()
    foreach(kind IN ITEMS conform smoke)
      set(test "plugin.${arg_NAME}.${kind}")
      add_test(NAME "${test}" COMMAND "$<TARGET_FILE:${worker}>" --${kind} "$<TARGET_FILE:${target}>")
      set_tests_properties("${test}" PROPERTIES LABELS plugin TIMEOUT 300
        ENVIRONMENT "OMP_NUM_THREADS=1;OMP_WAIT_POLICY=PASSIVE")
    endforeach()
  endif()
endfunction()
