target_sources(check_tests PRIVATE ${CMAKE_CURRENT_LIST_DIR}/ts_editor.cpp ${CMAKE_CURRENT_LIST_DIR}/mp4_editor.cpp
  ${CMAKE_CURRENT_LIST_DIR}/judged.cpp
               ${CMAKE_CURRENT_LIST_DIR}/fake_origin.cpp)
target_compile_definitions(check_tests PRIVATE SLUICE_TESTS_DIR="${CMAKE_CURRENT_LIST_DIR}/../")
