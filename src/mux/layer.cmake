target_link_libraries(sluice_mux PUBLIC PkgConfig::FFMPEG)
