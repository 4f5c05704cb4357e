# Flags for every target of this tree. They are set here and nowhere else, because the precompiled
# header can be shared only between targets whose flags agree.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

option(ASSAY_WERROR "Treat warnings as errors" OFF)
set(ASSAY_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, e.g. address,undefined")

# -O2, not -O3: the time is in LibTorch's kernels, and -O3 doubles the time to compile its headers.
# -g1 keeps line tables for backtraces at a tenth of the size of -g.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -D_GLIBCXX_ASSERTIONS")

# For programs too, which CMake would compile with -fPIE: the precompiled header fits one of the two only.
add_compile_options(-fPIC)

add_compile_options(-Wall -Wextra -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wundef
                    -Wimplicit-fallthrough -Wno-missing-field-initializers)
if(ASSAY_WERROR)
  add_compile_options(-Werror)
endif()

if(ASSAY_SANITIZE)
  # vptr checks need the type information of LibTorch's hidden classes.
  add_compile_options(-fsanitize=${ASSAY_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=undefined -fno-sanitize=vptr)
  add_link_options(-fsanitize=${ASSAY_SANITIZE})
endif()

# Equal sources give equal bytes wherever the checkout lies: libassay's and the plugins' content
# hashes are part of what results are cached under. The relative form is what ccache passes on when
# it rewrites paths below its base folder, so both ways of compiling agree.
# The build folder's name is left out as well, so that ccache is shared by all build folders.
# (The last of several matching maps wins.)
file(RELATIVE_PATH assay_up "${CMAKE_BINARY_DIR}" "${PROJECT_SOURCE_DIR}")
add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}=."
                    "-ffile-prefix-map=${CMAKE_BINARY_DIR}=./build")
if(assay_up MATCHES "^(\\.\\./)+$")
  add_compile_options("-ffile-prefix-map=${assay_up}=./")
endif()
