target_link_libraries(sluice_net PRIVATE ZLIB::ZLIB OpenSSL::SSL OpenSSL::Crypto Boost::json)
include(${CMAKE_SOURCE_DIR}/cmake/SluiceWeb.cmake)
