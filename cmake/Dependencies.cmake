# The system's libraries, as targets that are the same on every supported system.

# The headers alone (Asio, DLL, Math). Boost's own CMake package would ask for one exact version.
find_path(ASSAY_BOOST_INCLUDE boost/version.hpp)
if(NOT ASSAY_BOOST_INCLUDE)
  message(FATAL_ERROR "Boost's headers were not found: run scripts/setup")
endif()
file(STRINGS "${ASSAY_BOOST_INCLUDE}/boost/version.hpp" assay_boost REGEX "^#define BOOST_VERSION ")
string(REGEX MATCH "[0-9]+" assay_boost "${assay_boost}")
if(assay_boost LESS 108100)
  message(FATAL_ERROR "Boost 1.81 or newer is needed, ${ASSAY_BOOST_INCLUDE} has ${assay_boost}: run scripts/setup")
endif()
# assay::boost: Boost.DLL works on std::filesystem, Asio without its compiled parts.
add_library(assay_boost INTERFACE)
add_library(assay::boost ALIAS assay_boost)
target_include_directories(assay_boost SYSTEM INTERFACE "${ASSAY_BOOST_INCLUDE}")
target_compile_definitions(assay_boost INTERFACE BOOST_DLL_USE_STD_FS BOOST_ERROR_CODE_HEADER_ONLY
                                                 BOOST_ALL_NO_LIB BOOST_MATH_STANDALONE)
target_link_libraries(assay_boost INTERFACE ${CMAKE_DL_LIBS})

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Catch2 QUIET)
find_package(benchmark QUIET)

# assay::toml: header-only. Version 3.3 asserts on some malformed files that it otherwise reports as
# errors, so the one file that includes it must do so under NDEBUG in every build type (a definition
# here would silence the asserts of everybody else who links this target).
find_path(ASSAY_TOML_INCLUDE toml++/toml.h REQUIRED)
add_library(assay_toml INTERFACE)
add_library(assay::toml ALIAS assay_toml)
target_include_directories(assay_toml SYSTEM INTERFACE "${ASSAY_TOML_INCLUDE}")
target_compile_definitions(assay_toml INTERFACE TOML_HEADER_ONLY=1)

# assay::xxhash (Debian has no CMake package for it)
find_path(ASSAY_XXHASH_INCLUDE xxhash.h REQUIRED)
find_library(ASSAY_XXHASH_LIBRARY xxhash REQUIRED)
add_library(assay_xxhash INTERFACE)
add_library(assay::xxhash ALIAS assay_xxhash)
target_include_directories(assay_xxhash SYSTEM INTERFACE "${ASSAY_XXHASH_INCLUDE}")
target_link_libraries(assay_xxhash INTERFACE "${ASSAY_XXHASH_LIBRARY}")

# assay::highway
find_path(ASSAY_HIGHWAY_INCLUDE hwy/highway.h REQUIRED)
find_library(ASSAY_HIGHWAY_LIBRARY hwy REQUIRED)
add_library(assay_highway INTERFACE)
add_library(assay::highway ALIAS assay_highway)
target_include_directories(assay_highway SYSTEM INTERFACE "${ASSAY_HIGHWAY_INCLUDE}")
target_link_libraries(assay_highway INTERFACE "${ASSAY_HIGHWAY_LIBRARY}")
