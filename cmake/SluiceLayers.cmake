# sluice_layer(NAME USES OTHER...): the library sluice_NAME of src/NAME, linked with the layers below it, and, where
# tests/NAME has any *_test.cpp, the test program NAME_tests.
# A layer's own external libraries and sources beside the glob stand in src/NAME/layer.cmake, when there is one.
enable_testing()
include(GoogleTest)

function(sluice_layer name)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  set(library sluice_${name})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  list(TRANSFORM ARG_USES PREPEND sluice_ OUTPUT_VARIABLE uses)
  if(sources)
    add_library(${library} STATIC ${sources})
    target_link_libraries(${library} PUBLIC ${uses} sluice_flags Boost::headers)
  else()
    add_library(${library} INTERFACE)
    target_link_libraries(${library} INTERFACE ${uses} sluice_flags Boost::headers)
  endif()
  include(${CMAKE_SOURCE_DIR}/src/${name}/layer.cmake OPTIONAL)

  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cpp)
  if(tests)
    add_executable(${name}_tests ${tests})
    target_include_directories(${name}_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    if(SLUICE_SANITIZE)
      # What is tested is optimised; the tests themselves need not be, and compile three times as fast.
      target_compile_options(${name}_tests PRIVATE -O0)
    endif()
    target_link_libraries(${name}_tests PRIVATE ${library} GTest::gmock GTest::gtest_main)
    include(${CMAKE_SOURCE_DIR}/tests/${name}/tests.cmake OPTIONAL)
    gtest_discover_tests(${name}_tests TEST_PREFIX ${name}. PROPERTIES LABELS unit DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
