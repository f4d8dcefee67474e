# The configuration is a library of its own, of which only `app` knows: its fuzz target is built with a clang whose
# sanitizers cannot compile the coroutines that the rest of this layer is linked with.
file(GLOB config_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/app/config_*.cpp)
list(FILTER config_sources EXCLUDE REGEX "/config_json\\.cpp$")
list(APPEND config_sources ${CMAKE_SOURCE_DIR}/src/app/nearest.cpp ${CMAKE_SOURCE_DIR}/src/app/publish_auth.cpp
     ${CMAKE_SOURCE_DIR}/src/app/stream_hls.cpp)
add_library(sluice_config STATIC ${config_sources})
target_link_libraries(sluice_config PUBLIC sluice_base sluice_flags Boost::headers PRIVATE yaml-cpp)
get_target_property(app_sources sluice_app SOURCES)
list(REMOVE_ITEM app_sources ${config_sources})
set_property(TARGET sluice_app PROPERTY SOURCES ${app_sources})

target_link_libraries(sluice_app PUBLIC sluice_config PRIVATE CLI11::CLI11 Boost::json)

# Where the sources are built without their repository, whoever builds them says what they are.
set(SLUICE_REVISION "" CACHE STRING "The commit the sources are from; empty: git is asked")
set(revision "${SLUICE_REVISION}")
find_program(SLUICE_GIT git)
if(SLUICE_GIT AND NOT SLUICE_REVISION)
  execute_process(COMMAND ${SLUICE_GIT} rev-parse --short=12 HEAD WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT revision)
  set(revision unknown)
endif()
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/app/version.cpp PROPERTIES COMPILE_DEFINITIONS
                            "SLUICE_VERSION=\"${PROJECT_VERSION}\";SLUICE_REVISION=\"${revision}\"")
