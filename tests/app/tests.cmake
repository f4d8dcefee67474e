target_compile_definitions(app_tests PRIVATE SLUICE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
# Only here the recorder and the renderer may meet.
target_sources(app_tests PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../mux/demux.cpp ${CMAKE_CURRENT_LIST_DIR}/../mux/looped_sample.cpp)
target_compile_definitions(app_tests PRIVATE SLUICE_TESTS_DIR="${CMAKE_CURRENT_LIST_DIR}/../")
