target_link_libraries(sluice_record PRIVATE OpenSSL::Crypto)
