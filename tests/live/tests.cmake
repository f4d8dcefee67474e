target_sources(live_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests/hls/playlist_checker.cpp
                                  ${CMAKE_SOURCE_DIR}/tests/hls/read_playlist.cpp)
