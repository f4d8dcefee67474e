target_link_libraries(sluice_net PRIVATE ZLIB::ZLIB OpenSSL::Crypto)
