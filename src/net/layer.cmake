target_link_libraries(sluice_net PRIVATE ZLIB::ZLIB OpenSSL::Crypto)
include(${CMAKE_SOURCE_DIR}/cmake/SluiceWeb.cmake)
