target_compile_definitions(app_tests PRIVATE SLUICE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
