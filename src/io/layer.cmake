target_link_libraries(sluice_io PRIVATE spdlog::spdlog prometheus-cpp::core PUBLIC Threads::Threads)
