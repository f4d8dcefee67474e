target_sources(mux_tests PRIVATE ${CMAKE_CURRENT_LIST_DIR}/demux.cpp ${CMAKE_CURRENT_LIST_DIR}/looped_sample.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ts_checker.cpp ${CMAKE_CURRENT_LIST_DIR}/box_dump.cpp ${CMAKE_CURRENT_LIST_DIR}/fragment.cpp)
target_compile_definitions(mux_tests PRIVATE SLUICE_TESTS_DIR="${CMAKE_CURRENT_LIST_DIR}/../")
