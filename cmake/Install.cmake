# `cmake --install`: a prefix that can be moved (see Layout.cmake for its shape). Folder names are
# fixed, not GNUInstallDirs': everything finds everything else by its place in the prefix.
# Included last, since it looks at the targets that the parts have made.

include(CMakePackageConfigHelpers)

foreach(program IN ITEMS assay assay-worker)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION bin)
  endif()
endforeach()
if(TARGET assay_sdk)
  install(TARGETS assay_sdk LIBRARY DESTINATION lib)
endif()
get_property(plugins GLOBAL PROPERTY ASSAY_INSTALLED_PLUGINS)
add_custom_target(assay_plugins DEPENDS ${plugins})
if(plugins)
  install(TARGETS ${plugins} LIBRARY DESTINATION lib/assay/plugins)
endif()

foreach(part IN ITEMS common sdk)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/harness/${part}/include/" DESTINATION include
          FILES_MATCHING PATTERN "*.h")
endforeach()
install(FILES "${ASSAY_GENERATED_INCLUDE}/assay/version.h" DESTINATION include/assay)
if(EXISTS "${PROJECT_SOURCE_DIR}/suites")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/suites/" DESTINATION share/assay/suites
          FILES_MATCHING PATTERN "*.toml")
endif()

# The package refers to its own prefix only, so it moves with it.
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/assayConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/package/assayConfig.cmake" INSTALL_DESTINATION lib/cmake/assay
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/assayConfigVersion.cmake"
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/package/assayConfig.cmake"
              "${PROJECT_BINARY_DIR}/package/assayConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/LibTorch.cmake" "${PROJECT_SOURCE_DIR}/cmake/AssayPlugin.cmake"
        DESTINATION lib/cmake/assay)

# The one path outside the prefix. `assay doctor --relink DIR` replaces this link.
install(CODE "
  set(prefix \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
  file(MAKE_DIRECTORY \"\${prefix}/lib/assay/plugins\")
  message(STATUS \"Linking: \${prefix}/lib/assay/torch -> ${ASSAY_TORCH_LIBRARIES_DIR}\")
  file(CREATE_LINK \"${ASSAY_TORCH_LIBRARIES_DIR}\" \"\${prefix}/lib/assay/torch\" SYMBOLIC)
")
