target_compile_definitions(record_tests PRIVATE SLUICE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
