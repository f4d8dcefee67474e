target_sources(hls_tests PRIVATE ${CMAKE_CURRENT_LIST_DIR}/playlist_checker.cpp ${CMAKE_CURRENT_LIST_DIR}/read_playlist.cpp)
