target_sources(timeline_tests PRIVATE ${CMAKE_CURRENT_LIST_DIR}/entry_checker.cpp ${CMAKE_CURRENT_LIST_DIR}/publisher.cpp)
