target_link_libraries(sluice_app PRIVATE yaml-cpp CLI11::CLI11)
